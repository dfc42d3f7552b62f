/** Exported provisioning jobs for the tests of the import. */

interface Job {
  readonly synchronizationRules: readonly {
    readonly objectMappings: { scope: object | null; [member: string]: unknown }[];
    readonly [member: string]: unknown;
  }[];
  readonly directories?: readonly object[];
}

const isSoftDeleted = { type: 'Attribute', name: 'IsSoftDeleted', expression: '[IsSoftDeleted]' };

function constant(name: string): object {
  return { type: 'Constant', name, expression: `"${name}"`, parameters: [] };
}

const activeParameters = [
  { key: 'source', value: isSoftDeleted },
  ...['False', 'True', 'True', 'False'].map((name) => ({
    key: 'switchValue',
    value: constant(name),
  })),
];

/** As small as a job gets: one scoping filter, one direct mapping, one expression. */
export const exampleJob: Job = {
  synchronizationRules: [
    {
      id: '4c5ecfa1-a072-4460-b1c3-4adde3479854',
      name: 'USER_OUTBOUND_USER',
      priority: 1,
      sourceDirectoryName: 'Azure Active Directory',
      targetDirectoryName: 'customappsso',
      objectMappings: [
        {
          name: 'Provision Azure Active Directory Users',
          enabled: true,
          flowTypes: 'Add, Update, Delete',
          sourceObjectName: 'User',
          targetObjectName: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
          metadata: [{ key: 'Disposition', value: '"Normal"' }],
          scope: {
            categoryFilterGroups: [],
            inputFilterGroups: [],
            groups: [
              {
                name: 'Sales only',
                clauses: [
                  {
                    operatorName: 'EQUALS',
                    sourceOperandName: 'department',
                    targetOperand: { values: ['Sales'] },
                  },
                ],
              },
            ],
          },
          attributeMappings: [
            {
              targetAttributeName: 'userName',
              matchingPriority: 1,
              flowType: 'Always',
              flowBehavior: 'FlowWhenChanged',
              defaultValue: null,
              exportMissingReferences: false,
              source: {
                type: 'Attribute',
                name: 'userPrincipalName',
                expression: '[userPrincipalName]',
                parameters: [],
              },
            },
            {
              targetAttributeName: 'active',
              matchingPriority: 0,
              flowType: 'Always',
              flowBehavior: 'FlowWhenChanged',
              defaultValue: null,
              exportMissingReferences: false,
              source: {
                type: 'Function',
                name: 'Switch',
                expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
                parameters: activeParameters,
              },
            },
          ],
        },
      ],
    },
  ],
  directories: [],
};

function direct(target: string, source: string, more: object = {}): object {
  return {
    targetAttributeName: target,
    source: { type: 'Attribute', name: source, expression: `[${source}]`, parameters: [] },
    ...more,
  };
}

function clause(sourceOperandName: string, operatorName: string, value: string): object {
  return { sourceOperandName, operatorName, targetOperand: { values: [value] } };
}

/** A real one's variety: capitals at will, missing texts, two filters, groups, and what cannot be had. */
export const contoso: unknown = {
  SynchronizationRules: [
    {
      name: 'Workday to AD',
      Priority: 5,
      sourceDirectoryName: 'Workday',
      targetDirectoryName: 'Active Directory',
      objectMappings: [{ name: 'Workers', sourceObjectName: 'User', attributeMappings: [] }],
    },
    {
      name: 'Groups',
      priority: 2,
      sourceDirectoryName: 'Microsoft Entra ID',
      targetDirectoryName: 'customappsso',
      objectMappings: [
        {
          name: 'Old groups',
          enabled: false,
          sourceObjectName: 'Group',
          attributeMappings: [],
        },
        {
          name: 'Provision Groups',
          sourceObjectName: 'group',
          targetObjectName: 'urn:ietf:params:scim:schemas:core:2.0:Group',
          scope: null,
          attributeMappings: [
            direct('displayName', 'displayName', { matchingPriority: 1 }),
            direct('externalId', 'objectId'),
          ],
        },
      ],
    },
    {
      name: 'Users',
      priority: 1,
      sourceDirectoryName: 'azure active directory',
      targetDirectoryName: 'customappsso',
      objectMappings: [
        {
          name: 'Provision Users',
          enabled: true,
          flowTypes: 'add,update',
          sourceObjectName: 'USER',
          targetObjectName: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
          scope: {
            groups: [
              {
                name: 'Sales in the US',
                clauses: [
                  clause('department', 'EQUALS', 'Sales'),
                  clause('country', 'equals', 'US'),
                ],
              },
              {
                name: 'Senior people',
                clauses: [
                  clause('extensionAttribute3', 'GREATER_THAN', '9'),
                  clause('userPrincipalName', 'REGEX MATCH', '.*\\@contoso.com'),
                ],
              },
            ],
            inputFilterGroups: [],
            categoryFilterGroups: [],
          },
          AttributeMappings: [
            direct('externalId', 'objectId', { matchingPriority: 2 }),
            direct('userName', 'userPrincipalName', { MatchingPriority: 1 }),
            direct('preferredLanguage', 'preferredLanguage', {
              flowType: 'objectAddOnly',
              defaultValue: 'en-US',
            }),
            { targetAttributeName: 'locale', source: null, defaultValue: 'en-"US"' },
            {
              targetAttributeName: 'displayName',
              source: {
                type: 'FUNCTION',
                name: 'Replace',
                parameters: [
                  {
                    key: 'source',
                    value: {
                      type: 'function',
                      name: 'Join',
                      parameters: [
                        { key: 'separator', value: { type: 'Constant', name: ' ' } },
                        { key: 'source', value: { type: 'Attribute', name: 'givenName' } },
                        { key: 'source', value: { type: 'Attribute', name: 'surname' } },
                      ],
                    },
                  },
                  { key: 'oldValue', value: { type: 'Constant', name: 'x' } },
                  { key: 'replacementValue', value: { type: 'Constant', name: 'y' } },
                ],
              },
            },
            {
              targetAttributeName: 'active',
              source: { type: 'Function', name: 'Switch', parameters: activeParameters },
            },
            {
              targetAttributeName: 'userType',
              source: { type: 'Constant', name: 'Employee' },
            },
            direct('emails[type eq "work"].value', 'mail', { flowBehavior: 'FlowAlways' }),
            {
              targetAttributeName: 'nickName',
              source: { type: 'Function', name: 'Concat', expression: 'Concat([givenName])' },
            },
            direct('id', 'objectId'),
            direct('USERNAME', 'mail'),
          ],
        },
        { name: 'Provision Devices', sourceObjectName: 'Device', attributeMappings: [] },
      ],
    },
  ],
  directories: [
    {
      name: 'CustomAppSSO',
      objects: [
        {
          name: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
          attributes: [
            { name: 'userName', type: 'String', required: true },
            { name: 'displayName', type: 'String', required: false },
          ],
        },
      ],
    },
  ],
};
