import { describe, expect, it } from 'vitest';
import { propertiesOf } from '../../emulators/graph/contract.ts';
import { compileReadMap } from '../../mapping/read-map.ts';
import { type GraphKind, PROPERTIES, SEARCHABLE } from './attributes.ts';
import { READ_MAP } from './read-map.ts';

describe('the properties', () => {
  it.each<GraphKind>(['user', 'group'])('of a %s are those of the published contract', (kind) => {
    const contract = propertiesOf(kind);
    const unknown = Object.keys(PROPERTIES[kind]).filter(
      (name) => name !== 'manager' && !contract.has(name),
    );
    expect(unknown).toEqual([]);
    for (const [name, { type, multiValued = false }] of Object.entries(PROPERTIES[kind])) {
      const published = contract.get(name);
      if (published === undefined) continue;
      expect([name, multiValued]).toEqual([name, published.collection ?? false]);
      expect([name, type]).toEqual([name, TYPES[published.type] ?? 'complex']);
    }
    expect(Object.keys(SEARCHABLE[kind]).filter((name) => !contract.has(name))).toEqual([]);
  });
});

const TYPES: Readonly<Record<string, string>> = {
  'Edm.String': 'string',
  'Edm.Boolean': 'boolean',
  'Edm.DateTimeOffset': 'dateTime',
};

describe('the read map', () => {
  const rows = Object.fromEntries(
    Object.entries(READ_MAP.user).map(([name, expression]) => [name, { expression }]),
  );
  const compiled = compileReadMap(rows);
  const map = compiled.ok ? compiled.value : undefined;

  it('reads properties that Graph lists', () => {
    expect(compiled).toMatchObject({ ok: true });
    const known = Object.keys(PROPERTIES.user);
    expect(map?.inputs.filter((path) => !known.includes(path.split('.')[0] ?? ''))).toEqual([]);
  });

  it('gives them the names of Entra’s provisioning schema', () => {
    const ada = {
      id: 'u1',
      accountEnabled: true,
      userPrincipalName: 'ada@contoso.com',
      businessPhones: ['+49 30 1'],
      mobilePhone: '+49 170 1',
      officeLocation: 'B2',
      employeeOrgData: { costCenter: '4711' },
      onPremisesExtensionAttributes: { extensionAttribute3: 'blue' },
    };
    expect(map?.map(ada, new Date())).toEqual({
      objectId: 'u1',
      accountEnabled: true,
      userPrincipalName: 'ada@contoso.com',
      originalUserPrincipalName: 'ada@contoso.com',
      telephoneNumber: '+49 30 1',
      mobile: '+49 170 1',
      physicalDeliveryOfficeName: 'B2',
      costCenter: '4711',
      extensionAttribute3: 'blue',
    });
    expect(map?.map({ id: 'u1' }, new Date())).toEqual({ objectId: 'u1' });
  });

  it('shows a guest by the name at home', () => {
    const userPrincipalName = 'bob_fabrikam.com#EXT#@contoso.onmicrosoft.com';
    expect(map?.map({ userPrincipalName }, new Date())).toEqual({
      userPrincipalName: 'bob_fabrikam.com',
      originalUserPrincipalName: userPrincipalName,
    });
  });
});
