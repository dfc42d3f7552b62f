import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { READ_MAP } from '../../connectors/entra/read-map.ts';
import { scim } from '../../connectors/scim/connector.ts';
import type { ConnectorDefinition } from '../../connectors/spi/index.ts';
import type { Attributes } from '../../identity/record.ts';
import { compileScope } from '../../mapping/scope.ts';
import { loadConfiguration } from '../load.ts';
import { importEntraSchema } from './entra-schema.ts';
import { contoso, exampleJob } from './testing.ts';

const named = { system: 'entra', target: 'ramp', application: 'Ramp' };

const source: ConnectorDefinition<unknown> = {
  type: 'entra',
  title: 'Microsoft Entra ID',
  options: z.record(z.string(), z.string()),
  defaultReadMap: READ_MAP,
  connect: () => Promise.reject(new Error('never reached here')),
};

const target: ConnectorDefinition<unknown> = {
  type: 'scim',
  title: 'SCIM 2.0',
  options: z.record(z.string(), z.string()),
  defaultReadMap: scim.defaultReadMap,
  writeDefaults: (profile) => scim.writeDefaults?.(profile) ?? { ok: true, value: {} },
  connect: () => Promise.reject(new Error('never reached here')),
};

/** What the loader makes of a document: the written kinds of `ramp`, or its problems. */
async function loaded(yaml: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-import-'));
  try {
    const file = path.join(folder, 'lockstep.yaml');
    await writeFile(file, yaml);
    await writeFile(path.join(folder, 'entra.pem'), 'PEM');
    const result = await loadConfiguration(file, {
      connectors: [source, target],
      env: {
        ENTRA_TENANT: 'contoso',
        ENTRA_CLIENT_ID: 'id',
        RAMP_URL: 'https://ramp.example',
        RAMP_TOKEN: 't',
      },
      profiles: folder,
    });
    if (!result.ok) return result.problems.map(({ code, message }) => `${code} ${message}`);
    return result.value.systems.find(({ name }) => name === 'ramp')?.write;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the example of a job', () => {
  const imported = importEntraSchema(exampleJob, named);

  it('becomes a configuration that loads', async () => {
    expect(await loaded(imported.yaml)).toMatchObject({
      user: {
        assigned: { system: 'entra', application: 'Ramp' },
        scope: 'department matches "^Sales$"',
        match: ['userName'],
        do: ['create', 'update', 'disable', 'delete'],
        leave: { type: 'disable' },
      },
    });
  });

  it('keeps to its own mappings where those of the target are known', () => {
    const offered = { user: ['userName', 'title'] };
    const { yaml } = importEntraSchema(exampleJob, { ...named, offered });
    expect(parse(yaml).systems.ramp.write.user.map).toEqual({
      userName: { value: '[userPrincipalName]', onNull: 'leave' },
      active: {
        value: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
        onNull: 'leave',
      },
      title: false,
    });
  });
});

describe('the job of Contoso', () => {
  const imported = importEntraSchema(contoso, named);
  const { user, group } = parse(imported.yaml).systems.ramp.write;
  const remarkOn = (item: string) =>
    imported.remarks.find((remark) => remark.item.endsWith(`: ${item}`));

  it('loads, users and groups', async () => {
    expect(await loaded(imported.yaml)).toMatchObject({ user: {}, group: {} });
  });

  it('matches in the order of its priorities, whatever the case of their names', () => {
    expect(user.match).toEqual(['userName', 'externalId']);
  });

  it('keeps what is written on creation only, and the default', () => {
    expect(user.map.preferredLanguage).toEqual({
      value: '[preferredLanguage]',
      default: 'en-US',
      when: 'create',
      onNull: 'leave',
    });
  });

  it('makes a None mapping a first value', () => {
    expect(user.map.locale).toEqual({ value: '"en-\\"US\\""', when: 'create', onNull: 'leave' });
    expect(remarkOn('locale')?.status).toBe('imported-with-remark');
  });

  it('builds an expression that is missing from its tree', () => {
    expect(user.map.displayName.value).toBe(
      'Replace(Join(" ", [givenName], [surname]), "x", , , "y")',
    );
    expect(user.map.active.value).toBe(
      'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    );
    expect(user.map.userType.value).toBe('"Employee"');
  });

  it('names what it could not carry over, and why', () => {
    expect(
      imported.remarks
        .filter(({ status }) => status === 'not-supported')
        .map(({ item, text }) => `${item} | ${text}`),
    ).toEqual([
      'Provision Users: nickName | Concat([givenName]): unknown function "Concat"; did you mean "Join"?',
      'Provision Users: id | the target makes its own identifiers',
      'Provision Users: USERNAME | another mapping to the same attribute comes first',
      'Provision Devices | objects of type "Device" are not written; users and groups are',
      'Old groups | it is switched off in the job',
      'Workday to AD | it reads from "Workday"; rules that read from Entra ID are imported',
    ]);
  });

  it('takes what the target requires from its directory', () => {
    expect(user.required).toEqual(['userName']);
  });

  it('writes only what the job may do', () => {
    expect([user.do, group.do, group.leave]).toEqual([
      ['create', 'update', 'disable'],
      ['create', 'update', 'delete'],
      'delete',
    ]);
  });

  it.each<[Attributes, boolean]>([
    [{ department: 'Sales', country: 'US' }, true],
    [{ department: 'sales', country: 'US' }, false],
    [{ department: 'Sales', country: 'DE' }, false],
    [{ department: 'Sales' }, false],
    [{ extensionAttribute3: '10', userPrincipalName: 'ada@contoso.com' }, true],
    [{ extensionAttribute3: '9', userPrincipalName: 'ada@contoso.com' }, false],
    [{ extensionAttribute3: 'ten', userPrincipalName: 'ada@contoso.com' }, false],
    [{ extensionAttribute3: '10', userPrincipalName: 'ada@contosoxcom' }, true],
    [{ extensionAttribute3: '10' }, false],
  ])('takes %j into scope: %s', (attributes, expected) => {
    const scope = compileScope(user.scope);
    expect(scope.ok && scope.value.includes(attributes, new Date())).toBe(expected);
  });
});

/** The example of a job with one clause as its scope. */
function jobWithClauses(...groups: readonly (readonly object[])[]): unknown {
  const job = structuredClone(exampleJob);
  for (const rule of job.synchronizationRules) {
    for (const mapping of rule.objectMappings) {
      mapping.scope = {
        categoryFilterGroups: [],
        inputFilterGroups: [],
        groups: groups.map((clauses, index) => ({ name: `F${index + 1}`, clauses: [...clauses] })),
      };
    }
  }
  return job;
}

function clause(sourceOperandName: string, operatorName: string, ...values: string[]): object {
  return { sourceOperandName, operatorName, targetOperand: { values } };
}

describe('a scoping clause', () => {
  it.each<[string, string, string | undefined, string | undefined, boolean]>([
    ['EQUALS', 'department', 'Sales', 'Sales', true],
    ['EQUALS', 'department', 'Sales', 'sales', false],
    ['EQUALS', 'department', 'R.D (x)', 'R.D (x)', true],
    ['EQUALS', 'department', 'R.D (x)', 'RxD (x)', false],
    ['EQUALS', 'department', 'Sales', undefined, false],
    ['NOT EQUALS', 'department', 'Sales', 'IT', true],
    ['NOT EQUALS', 'department', 'Sales', 'Sales', false],
    ['NOT EQUALS', 'department', 'Sales', undefined, false],
    ['REGEX MATCH', 'mail', '.*\\@domain.com', 'a@domainxcom', true],
    ['REGEX MATCH', 'workerID', '(1[0-9][0-9][0-9][0-9][0-9][0-9])', '51234567', true],
    ['NOT REGEX MATCH', 'mail', 'x', undefined, false],
    ['NOT_REGEX_MATCH', 'mail', 'x', 'abc', true],
    ['GREATER_THAN', 'level', '5', '6', true],
    ['GREATER_THAN', 'level', '5', '5', false],
    ['GREATER_THAN_OR_EQUALS', 'level', '5', '5', true],
    ['GREATER_THAN', 'level', '5', 'six', false],
    ['INCLUDES', 'title', 'ead', 'Lead', true],
    ['INCLUDES', 'title', 'EAD', 'Lead', false],
    ['ENDS_WITH', 'mail', '.com', 'a@contoso.com', true],
    ['IS TRUE', 'active', undefined, 'True', true],
    ['IS FALSE', 'active', undefined, 'True', false],
    ['IS TRUE', 'active', undefined, undefined, false],
    ['IS NOT NULL', 'title', undefined, '', false],
    ['IS NOT NULL', 'title', undefined, ' ', true],
    ['IS NULL', 'title', undefined, undefined, true],
  ])('%s %s %s holds for %s: %s', (operator, attribute, value, held, expected) => {
    const given = jobWithClauses([
      clause(attribute, operator, ...(value === undefined ? [] : [value])),
    ]);
    const { user } = parse(importEntraSchema(given, named).yaml).systems.ramp.write;
    const scope = compileScope(user.scope);
    const attributes = held === undefined ? {} : { [attribute]: held };
    expect(scope.ok && scope.value.includes(attributes, new Date())).toBe(expected);
  });

  it('without counterpart leaves its filter out, never widens it, and holds the first run', () => {
    const both = importEntraSchema(
      jobWithClauses(
        [clause('department', 'EQUALS', 'Sales'), clause('flags', '&', '2')],
        [clause('country', 'EQUALS', 'US')],
      ),
      named,
    );
    expect(parse(both.yaml).systems.ramp.write.user).toMatchObject({
      scope: 'country matches "^US$"',
      firstRun: 'hold',
    });
    const alone = importEntraSchema(
      jobWithClauses([clause('mail', 'REGEX MATCH', '(?=a)')]),
      named,
    );
    expect(parse(alone.yaml).systems.ramp.write.user.scope).toBe('not (objectId pr)');
    expect(alone.remarks.filter(({ status }) => status === 'not-supported')).toEqual([
      {
        item: 'Provision Azure Active Directory Users: scope F1: mail REGEX MATCH (?=a)',
        status: 'not-supported',
        text: 'the pattern "(?=a)" cannot be used: lookahead (?=…) is not supported: patterns run in linear time here; its filter is left out, so that nobody more than before is in scope, and the first run is held',
      },
    ]);
  });
});

it('says so when a document is no synchronization schema', () => {
  const nothing = {
    yaml: '',
    remarks: [
      {
        item: 'schema',
        status: 'not-supported',
        text: 'the document has no synchronizationRules, so it is no synchronization schema',
      },
    ],
  };
  for (const json of [null, 42, 'text', [], {}, { synchronizationRules: 'none' }]) {
    expect(importEntraSchema(json, named)).toEqual(nothing);
  }
});

it('survives an expression tree without end', () => {
  let source: object = { type: 'Attribute', name: 'mail', parameters: [] };
  for (let depth = 0; depth < 5_000; depth++) {
    source = { type: 'Function', name: 'ToLower', parameters: [{ key: 'source', value: source }] };
  }
  const job = {
    synchronizationRules: [
      {
        objectMappings: [
          { sourceObjectName: 'User', attributeMappings: [{ targetAttributeName: 'x', source }] },
        ],
      },
    ],
  };
  expect(importEntraSchema(job, named).remarks[0]).toMatchObject({ status: 'not-supported' });
});
