import { describe, expect, it } from 'vitest';
import { unsent } from '../../src/sync/status.ts';
import { contoso } from './contoso.ts';

describe('a person without department or location', () => {
  it('is refused with the reason and who could supply it, and stops nobody else', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    company.hire({ name: 'no.department', department: null });
    company.hire({ name: 'no.city', city: null });

    const { targets } = await company.run();
    expect(targets[0]).toMatchObject({
      done: { create: 1 },
      failed: {},
      omitted: { 'missing-required': 2 },
    });
    expect(Object.keys(await company.users())).toEqual(['ada.lovelace']);

    const refused = await Array.fromAsync(unsent(company.engine, 'ramp'));
    expect(refused.map(({ label, message }) => [label, message]).toSorted()).toEqual([
      [
        'no.city@contoso.com',
        'location is absent: city could come from entra, which has none for this person',
      ],
      [
        'no.department@contoso.com',
        'department is absent: department could come from entra, which has none for this person',
      ],
    ]);
  });

  it('is created with the default, if one is set', async () => {
    await using company = await contoso({
      write: `
        map:
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":
            { default: Unassigned }
          'addresses[type eq "work"].locality': { default: Remote }`,
    });
    company.hire({ name: 'ada.lovelace', department: null, city: null });
    await company.run();
    expect(await company.users()).toMatchObject({
      'ada.lovelace': { department: 'Unassigned', location: 'Remote' },
    });
  });

  it('comes as soon as the department is there, without anybody asking', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace', department: null });
    await company.run();
    expect(await company.users()).toEqual({});

    company.graph.control.act({ act: 'update', id: ada, properties: { department: 'R&D' } });
    await company.run();
    expect(await company.users()).toMatchObject({ 'ada.lovelace': { department: 'R&D' } });
    expect(await Array.fromAsync(unsent(company.engine))).toEqual([]);
  });

  it('whose department is cleared later is refused, and what Ramp holds stays', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.graph.control.act({ act: 'update', id: ada, properties: { department: null } });
    const { targets } = await company.run();
    expect(targets[0]).toMatchObject({ done: {}, omitted: { 'missing-required': 1 } });
    expect(await company.users()).toMatchObject({ 'ada.lovelace': { department: 'R&D' } });
  });
});

it('an unknown department or location is created in Ramp', async () => {
  await using company = await contoso();
  company.hire({ name: 'ada.lovelace', department: 'Analytical Engines', city: 'Marylebone' });
  await company.run();
  expect(await company.ramp.departments()).toEqual(['Analytical Engines']);
  expect(await company.ramp.locations()).toEqual(['Marylebone']);
});

it('whoever is disabled at the source is never created', async () => {
  await using company = await contoso();
  company.hire({ name: 'ada.lovelace', enabled: false });
  const { targets } = await company.run();
  expect(targets[0]).toMatchObject({ done: {}, omitted: { 'not-active': 1 } });
  expect(await company.users()).toEqual({});
});

it('a rename writes what changed and nothing else', async () => {
  await using company = await contoso();
  const ada = company.hire({ name: 'ada.byron' });
  await company.run();
  company.graph.control.act({ act: 'update', id: ada, properties: { surname: 'Lovelace' } });
  await company.run();
  const outcomes = company.events.filter((event) => event.type === 'outcome');
  expect(outcomes.at(-1)).toMatchObject({
    outcome: {
      type: 'done',
      operation: {
        action: 'update',
        changes: [{ path: 'name.familyName', before: 'Byron', after: 'Lovelace' }],
        origins: { 'name.familyName': 'entra' },
      },
    },
  });
});
