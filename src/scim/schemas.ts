/** The schemas of RFC 7643 §4, §5 and §7 as data, in the form that `/Schemas` answers. */

import {
  ENTERPRISE_USER,
  GROUP,
  RESOURCE_TYPE,
  SCHEMA,
  SERVICE_PROVIDER_CONFIG,
  USER,
} from './urn.ts';

export interface AttributeDefinition {
  readonly name: string;
  readonly type:
    | 'string'
    | 'boolean'
    | 'integer'
    | 'decimal'
    | 'dateTime'
    | 'binary'
    | 'reference'
    | 'complex';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDefinition[];
}

export interface SchemaDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
}

type Details = Partial<Omit<AttributeDefinition, 'name' | 'description'>>;

/** An attribute with the characteristics RFC 7643 §2.2 gives by default. */
export function attribute(
  name: string,
  description: string,
  details: Details = {},
): AttributeDefinition {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...details,
  };
}

const READ_ONLY: Details = { mutability: 'readOnly' };
const URI: Details = { type: 'reference', caseExact: true, referenceTypes: ['external'] };

function complex(
  name: string,
  description: string,
  subAttributes: readonly AttributeDefinition[],
  details: Details = {},
): AttributeDefinition {
  return attribute(name, description, { type: 'complex', subAttributes, ...details });
}

/** A list of elements with value, display, type and primary (RFC 7643 §2.4). */
function several(
  name: string,
  description: string,
  types: readonly string[],
  value: AttributeDefinition = attribute('value', 'The value itself.'),
): AttributeDefinition {
  const kind = types.length > 0 ? { canonicalValues: types } : {};
  return complex(
    name,
    description,
    [
      value,
      attribute('display', 'A name for people to read.'),
      attribute('type', 'What the value is for.', kind),
      attribute('primary', 'The preferred one; true at most once.', { type: 'boolean' }),
    ],
    { multiValued: true },
  );
}

const address = complex(
  'addresses',
  'Postal addresses.',
  [
    attribute('formatted', 'The whole address, for a label.'),
    attribute('streetAddress', 'Street and number.'),
    attribute('locality', 'City.'),
    attribute('region', 'State or region.'),
    attribute('postalCode', 'Postal code.'),
    attribute('country', 'Country, as in ISO 3166-1 alpha-2.'),
    attribute('type', 'What the address is for.', { canonicalValues: ['work', 'home', 'other'] }),
    attribute('primary', 'The preferred one; true at most once.', { type: 'boolean' }),
  ],
  { multiValued: true },
);

export const USER_SCHEMA: SchemaDefinition = {
  id: USER,
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('userName', 'What the person signs in with.', {
      required: true,
      uniqueness: 'server',
    }),
    attribute('externalId', 'The identifier the client knows the account by.', { caseExact: true }),
    complex('name', 'The parts of the name.', [
      attribute('formatted', 'The whole name.'),
      attribute('familyName', 'Family name.'),
      attribute('givenName', 'Given name.'),
      attribute('middleName', 'Middle names.'),
      attribute('honorificPrefix', 'Title in front of the name.'),
      attribute('honorificSuffix', 'Suffix after the name.'),
    ]),
    attribute('displayName', 'The name shown to others.'),
    attribute('nickName', 'What friends call the person.'),
    attribute('profileUrl', 'A page about the person.', URI),
    attribute('title', 'Position, such as "Analyst".'),
    attribute('userType', 'Relation to the organisation, such as "Employee".'),
    attribute('preferredLanguage', 'As in RFC 9110 §12.5.4.'),
    attribute('locale', 'Language tag for dates and numbers.'),
    attribute('timezone', 'A name of the IANA database.'),
    attribute('active', 'Whether the account may be used.', { type: 'boolean' }),
    attribute('password', 'Set, never shown.', { mutability: 'writeOnly', returned: 'never' }),
    several('emails', 'E-mail addresses.', ['work', 'home', 'other']),
    several('phoneNumbers', 'Telephone numbers.', [
      'work',
      'home',
      'mobile',
      'fax',
      'pager',
      'other',
    ]),
    several('ims', 'Instant messaging addresses.', []),
    several('photos', 'Pictures.', ['photo', 'thumbnail'], attribute('value', 'A URL.', URI)),
    address,
    complex(
      'groups',
      'The groups the person is a member of.',
      [
        attribute('value', 'The group’s id.', READ_ONLY),
        attribute('$ref', 'The group’s address.', {
          ...READ_ONLY,
          type: 'reference',
          caseExact: true,
          referenceTypes: ['User', 'Group'],
        }),
        attribute('display', 'The group’s name.', READ_ONLY),
        attribute('type', 'Direct or through another group.', {
          ...READ_ONLY,
          canonicalValues: ['direct', 'indirect'],
        }),
      ],
      // They are no part of the person's version, and cost a question of their own.
      { multiValued: true, mutability: 'readOnly', returned: 'request' },
    ),
    several('entitlements', 'Things the person is entitled to.', []),
    several('roles', 'Roles, such as "Student".', []),
    several(
      'x509Certificates',
      'Certificates.',
      [],
      attribute('value', 'DER in base64.', { type: 'binary', caseExact: true }),
    ),
  ],
};

export const ENTERPRISE_USER_SCHEMA: SchemaDefinition = {
  id: ENTERPRISE_USER,
  name: 'EnterpriseUser',
  description: 'What an employer knows of a person.',
  attributes: [
    attribute('employeeNumber', 'Number within the organisation.'),
    attribute('costCenter', 'Cost centre.'),
    attribute('organization', 'Organisation.'),
    attribute('division', 'Division.'),
    attribute('department', 'Department.'),
    complex('manager', 'The person’s manager.', [
      attribute('value', 'The manager’s id.'),
      attribute('$ref', 'The manager’s address.', {
        type: 'reference',
        caseExact: true,
        referenceTypes: ['User'],
      }),
      attribute('displayName', 'The manager’s name.', READ_ONLY),
    ]),
  ],
};

export const GROUP_SCHEMA: SchemaDefinition = {
  id: GROUP,
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'The group’s name.', { required: true }),
    attribute('externalId', 'The identifier the client knows the group by.', { caseExact: true }),
    complex(
      'members',
      'Accounts and groups in the group.',
      [
        attribute('value', 'The member’s id.', { mutability: 'immutable' }),
        attribute('$ref', 'The member’s address.', {
          type: 'reference',
          caseExact: true,
          mutability: 'immutable',
          referenceTypes: ['User', 'Group'],
        }),
        attribute('type', 'User or Group.', {
          mutability: 'immutable',
          canonicalValues: ['User', 'Group'],
        }),
        attribute('display', 'The member’s name.', READ_ONLY),
      ],
      { multiValued: true },
    ),
  ],
};

function supported(name: string, description: string, more: readonly AttributeDefinition[] = []) {
  return complex(
    name,
    description,
    [
      attribute('supported', 'Whether it is supported.', { ...READ_ONLY, type: 'boolean' }),
      ...more,
    ],
    READ_ONLY,
  );
}

function integer(name: string, description: string): AttributeDefinition {
  return attribute(name, description, { ...READ_ONLY, type: 'integer' });
}

const readOnlyText = (name: string, description: string, details: Details = {}) =>
  attribute(name, description, { ...READ_ONLY, ...details });

const SERVICE_PROVIDER_CONFIG_SCHEMA: SchemaDefinition = {
  id: SERVICE_PROVIDER_CONFIG,
  name: 'ServiceProviderConfig',
  description: 'What this service provider can do.',
  attributes: [
    readOnlyText('documentationUri', 'Documentation for people.', URI),
    supported('patch', 'PATCH.'),
    supported('bulk', 'Bulk.', [
      integer('maxOperations', 'Most operations in one request.'),
      integer('maxPayloadSize', 'Most bytes in one request.'),
    ]),
    supported('filter', 'Filters.', [integer('maxResults', 'Most resources in one answer.')]),
    supported('changePassword', 'Changing a password.'),
    supported('sort', 'Sorting.'),
    supported('etag', 'ETags.'),
    complex(
      'pagination',
      'Ways to page through a list (RFC 9865 §2).',
      [
        attribute('cursor', 'Whether cursors are supported.', { ...READ_ONLY, type: 'boolean' }),
        attribute('index', 'Whether indexes are supported.', { ...READ_ONLY, type: 'boolean' }),
        readOnlyText('defaultPaginationMethod', 'Used when the client names none.'),
        integer('defaultPageSize', 'Resources on a page when the client names no count.'),
        integer('maxPageSize', 'Most resources on a page.'),
      ],
      READ_ONLY,
    ),
    complex(
      'authenticationSchemes',
      'Ways to authenticate.',
      [
        readOnlyText('type', 'Which.'),
        readOnlyText('name', 'Its name.'),
        readOnlyText('description', 'What it is.'),
        readOnlyText('specUri', 'Its specification.', URI),
        readOnlyText('documentationUri', 'Documentation for people.', URI),
      ],
      { ...READ_ONLY, multiValued: true },
    ),
  ],
};

const RESOURCE_TYPE_SCHEMA: SchemaDefinition = {
  id: RESOURCE_TYPE,
  name: 'ResourceType',
  description: 'A kind of resource that is served here.',
  attributes: [
    readOnlyText('name', 'Its name.', { required: true }),
    readOnlyText('description', 'What it is.'),
    readOnlyText('endpoint', 'Where it is, relative to the base.', { ...URI, required: true }),
    readOnlyText('schema', 'Its schema.', { ...URI, required: true }),
    complex(
      'schemaExtensions',
      'Its extensions.',
      [
        readOnlyText('schema', 'The extension’s schema.', { ...URI, required: true }),
        attribute('required', 'Whether every resource has it.', {
          ...READ_ONLY,
          type: 'boolean',
          required: true,
        }),
      ],
      { ...READ_ONLY, multiValued: true },
    ),
  ],
};

/** A description of descriptions: only two levels, since SCIM has no deeper attributes. */
function characteristics(sub: readonly AttributeDefinition[]): readonly AttributeDefinition[] {
  return [
    readOnlyText('name', 'Its name.', { required: true }),
    readOnlyText('type', 'Its type.', { required: true }),
    attribute('multiValued', 'Whether it has several values.', { ...READ_ONLY, type: 'boolean' }),
    readOnlyText('description', 'What it is.'),
    attribute('required', 'Whether it must have a value.', { ...READ_ONLY, type: 'boolean' }),
    readOnlyText('canonicalValues', 'Suggested values.', { multiValued: true }),
    attribute('caseExact', 'Whether capitals matter.', { ...READ_ONLY, type: 'boolean' }),
    readOnlyText('mutability', 'Who may change it.'),
    readOnlyText('returned', 'When it is shown.'),
    readOnlyText('uniqueness', 'Where its value is unique.'),
    readOnlyText('referenceTypes', 'What it may refer to.', { multiValued: true }),
    ...sub,
  ];
}

const SCHEMA_SCHEMA: SchemaDefinition = {
  id: SCHEMA,
  name: 'Schema',
  description: 'A schema.',
  attributes: [
    readOnlyText('name', 'Its name.'),
    readOnlyText('description', 'What it is.'),
    complex(
      'attributes',
      'Its attributes.',
      characteristics([
        complex('subAttributes', 'Parts of a complex attribute.', characteristics([]), {
          ...READ_ONLY,
          multiValued: true,
        }),
      ]),
      { ...READ_ONLY, multiValued: true },
    ),
  ],
};

/** The schemas of the protocol itself, which every service provider has. */
export const PROTOCOL_SCHEMAS: readonly SchemaDefinition[] = [
  SERVICE_PROVIDER_CONFIG_SCHEMA,
  RESOURCE_TYPE_SCHEMA,
  SCHEMA_SCHEMA,
];
