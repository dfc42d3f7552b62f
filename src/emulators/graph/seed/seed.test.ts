import { describe, expect, it } from 'vitest';
import { createGraph } from '../graph.ts';
import { signIn } from '../testing.ts';
import { tenRealisticChanges } from './changes.ts';
import { type Contoso, seedContoso } from './contoso.ts';
import { hrFile } from './hr.ts';

/** Ids of all people whom the directory itself says may use Ramp, directly or by a group. */
async function assigned(
  graph: ReturnType<typeof createGraph>,
  { ramp }: Contoso,
): Promise<ReadonlySet<unknown>> {
  const reader = await signIn(graph);
  const { value } = await reader.all(
    `servicePrincipals/${ramp.servicePrincipalId}/appRoleAssignedTo`,
  );
  const people = new Set(
    value.filter((each) => each.principalType === 'User').map((each) => each.principalId),
  );
  for (const { principalId, principalType } of value)
    if (principalType === 'Group')
      for (const { id } of (await reader.all(`groups/${principalId}/members/microsoft.graph.user`))
        .value)
        people.add(id);
  return people;
}

describe('Contoso', () => {
  it('says of everybody what becomes of them, and the directory agrees', async () => {
    const graph = createGraph();
    const contoso = seedContoso(graph, { people: 300 });
    const may = await assigned(graph, contoso);
    const stated = contoso.expected.map(({ id, outcome }) => {
      const found = graph.control.truth(id);
      const { accountEnabled, department, city } = found?.properties ?? {};
      if (found?.life === 'deleted') return [id, outcome === 'deleted'];
      if (!may.has(id)) return [id, outcome === 'not-assigned'];
      if (accountEnabled === false) return [id, outcome === 'disabled'];
      if (department === undefined) return [id, outcome === 'refused: no department'];
      if (city === undefined) return [id, outcome === 'refused: no city'];
      return [id, outcome === 'provisioned'];
    });
    expect(stated.filter(([, agrees]) => agrees !== true)).toEqual([]);
    expect(new Set(contoso.expected.map(({ outcome }) => outcome)).size).toBe(6);
    expect(graph.control.findings()).toEqual([]);
  });

  it('is the same for the same seed', () => {
    const [one, other] = [createGraph(), createGraph()].map((graph) =>
      seedContoso(graph, { people: 40 }),
    );
    expect(one).toEqual(other);
  });

  it('assigns everybody by one group when asked to', async () => {
    const graph = createGraph();
    const contoso = seedContoso(graph, { people: 40, assigned: 'group' });
    const reader = await signIn(graph);
    const { value } = await reader.all(
      `servicePrincipals/${contoso.ramp.servicePrincipalId}/appRoleAssignedTo`,
    );
    expect(value).toMatchObject([
      { principalDisplayName: 'All Employees', principalType: 'Group' },
    ]);
  });

  it('has an HR file of the same people, without guests', () => {
    const contoso = seedContoso(createGraph(), { people: 40 });
    const lines = hrFile(contoso).split('\r\n');
    expect(lines[0]).toBe('employeeId,firstName,lastName,costCenter,startDate,employmentType');
    expect(lines[1]).toMatch(
      /^E000001,[^,]+,[^,]+,CC-\d{4},\d{4}-\d\d-\d\d,(?:Employee|Contractor)$/,
    );
    const outsiders = contoso.people.filter(({ userPrincipalName }) =>
      userPrincipalName.includes('#EXT#'),
    );
    expect(lines.length - 2).toBe(40 - outsiders.length);
  });
});

describe('ten realistic changes', () => {
  it('happen to ten people, with the outcome that the directory then calls for', async () => {
    const graph = createGraph();
    const contoso = seedContoso(graph, { people: 200 });
    const reader = await signIn(graph);
    const { deltaLink } = await reader.all(
      'users/delta?$select=displayName,mail,department,accountEnabled,manager',
    );
    const changes = tenRealisticChanges(graph, contoso);
    expect(changes.map(({ label, outcome }) => [label, outcome])).toEqual([
      ['a hire', 'provisioned'],
      ['a rename', 'provisioned'],
      ['a move to another department', 'provisioned'],
      ['a manager who arrives after her report', 'provisioned'],
      ['a leaver', 'disabled'],
      ['a soft delete', 'deleted'],
      ['a restore', 'provisioned'],
      ['an unassignment', 'not-assigned'],
      ['an e-mail change', 'provisioned'],
      ['a department cleared', 'refused: no department'],
    ]);
    expect(new Set(changes.map(({ person }) => person)).size).toBe(10);
    const may = await assigned(graph, contoso);
    const unassigned = changes.find(({ outcome }) => outcome === 'not-assigned');
    expect(may.has(graph.control.truth(unassigned?.person ?? '')?.id)).toBe(false);
    expect((await reader.all(deltaLink)).value).toHaveLength(10);
  });
});
