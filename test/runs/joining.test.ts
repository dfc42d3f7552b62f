/** Two systems that know the same people: joined by what is alike, decided by a person, taken apart. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { erasePerson } from '../../src/audit/keeping.ts';
import type { AuditTrail } from '../../src/audit/trail.ts';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { Verbs } from '../../src/sync/verbs.ts';

const watch = { signal: new AbortController().signal, progress: () => {} };

const CONFIGURATION = `systems:
  hr:
    connector: file
    options: { path: hr.csv, id: number }
    read:
      user:
        join: &rules
          - same: [taxNumber]
          - similar:
              givenName: given-name
              surname: surname
              birthDate: birth-date
              mail: email
              mobile: { as: phone, country: DE }
  payroll:
    connector: file
    options: { path: payroll.csv, id: id }
    read:
      user:
        join: *rules
`;

const HR = `number,givenName,surname,birthDate,mail,mobile,taxNumber
1,Grace,Hopper,1980-12-09,hoppers@contoso.com,0151 2345678,
2,William,Müller,1975-03-02,bill@contoso.com,,
3,Alan,Turing,1982-06-23,alan@contoso.com,,71
`;

const PAYROLL = `id,givenName,surname,birthDate,mail,mobile,taxNumber
a,Ada,Hopper,09.12.1980,hoppers@contoso.com,+49 151 2345678,
b,Bill,Mueller,02.03.1975,,,
c,A.,T.,,,,71
`;

interface Company extends AsyncDisposable {
  readonly verbs: Verbs;
  readonly audit: AuditTrail;
  read(): Promise<void>;
  /** Records of everybody with the address. */
  records(mail: string): Promise<readonly string[]>;
}

async function company(): Promise<Company> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-joining-'));
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, CONFIGURATION);
  await writeFile(path.join(folder, 'hr.csv'), HR);
  await writeFile(path.join(folder, 'payroll.csv'), PAYROLL);
  const loaded = await loadConfiguration(file, {
    env: {},
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const engine = await openEngine(loaded.value);
  const verbs = verbsOf(engine);
  const read = async (): Promise<void> => {
    await verbs.run({ trigger: 'command', full: true }, watch);
  };
  await read();
  return {
    verbs,
    audit: engine.audit,
    read,
    records: async (mail) =>
      (await verbs.people(mail))
        .map(({ links }) =>
          links
            .map(({ system, id }) => `${system}/${id}`)
            .toSorted()
            .join(' '),
        )
        .toSorted(),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe('two systems that know the same people', () => {
  it('are joined by their rules, and who may be a twin is left to a person', async () => {
    await using contoso = await company();
    expect(await contoso.records('bill@contoso.com')).toEqual(['hr/2 payroll/b']);
    expect(await contoso.records('alan@contoso.com')).toEqual(['hr/3 payroll/c']);
    expect(await contoso.records('hoppers@contoso.com')).toEqual(['hr/1']);
    expect(await contoso.verbs.reviews()).toMatchObject([{ system: 'payroll', subject: 'a' }]);
  });

  it('stay as a person decided, whatever is read again, and the trail tells it', async () => {
    await using contoso = await company();
    const { verbs } = contoso;
    const [item] = await verbs.reviews();
    await verbs.decideReview(item?.id.slice(0, 6) ?? '', { type: 'join', identity: '1' });
    expect(await contoso.records('hoppers@contoso.com')).toEqual(['hr/1 payroll/a']);

    await verbs.unmergePerson({ person: 'hoppers@contoso.com' });
    await contoso.read();
    expect(await contoso.records('hoppers@contoso.com')).toEqual(['hr/1', 'payroll/a']);
    expect(await verbs.reviews()).toEqual([]);

    const [unmerged] = await verbs.decisions(1);
    await verbs.undoDecision(unmerged?.id ?? '');
    expect(await contoso.records('hoppers@contoso.com')).toEqual(['hr/1 payroll/a']);
    const told = await Array.fromAsync(verbs.audit({ limit: 20 }));
    expect(told.map(({ action }) => action).filter((action) => !action.startsWith('run-'))).toEqual(
      expect.arrayContaining(['decision-undone', 'person-unmerged', 'review-decided']),
    );
  });

  it('are in the trail as the people they are, and whoever is erased is in nobody else’s entry', async () => {
    await using contoso = await company();
    const { verbs, audit } = contoso;
    const records = [{ system: 'payroll', id: 'b' }];
    const { identity, other } = await verbs.unmergePerson({ person: 'bill@contoso.com', records });
    const told = async () =>
      (await Array.fromAsync(verbs.audit({ action: 'person-unmerged' }))).map(
        ({ payload }) => payload,
      );
    const detail = { decision: 'unmerged', records: 1 };
    expect(await told()).toMatchObject([
      { person: other, detail },
      { person: identity, detail },
    ]);
    await erasePerson(audit, other ?? '', { actor: 'ada@contoso', at: new Date() });
    expect(await told()).toMatchObject([undefined, { person: identity, detail }]);
    const left = JSON.stringify(await Array.fromAsync(verbs.audit({})));
    expect(left).toContain(identity);
    expect(left).not.toContain(other);
    expect(left).not.toContain('payroll/b');
    expect(await verbs.verifyAudit()).toMatchObject({ whole: true });
  });
});
