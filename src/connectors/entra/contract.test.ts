import { createGraph } from '../../emulators/graph/graph.ts';
import { connectorContract } from '../spi/contract.ts';
import { entra } from './connector.ts';
import { entraOptions } from './options.ts';
import { connectedTo } from './testing.ts';

const SECRET = 'correct horse battery staple';

connectorContract('the entra connector', async () => {
  const graph = createGraph();
  const { act } = graph.control;
  const clientId = act({ act: 'register-application', displayName: 'L', secret: SECRET }).appId;
  const person = (name: string, mail: string): string =>
    act({
      act: 'create',
      type: 'user',
      properties: {
        accountEnabled: true,
        displayName: name,
        mailNickname: name,
        userPrincipalName: `${name}@contoso.onmicrosoft.com`,
        mail,
      },
    }).id;
  const ada = person('ada', 'ada@contoso.com');
  const grace = person('grace', 'shared@contoso.com');
  person('edsger', 'shared@contoso.com');
  act({ act: 'set-manager', id: ada, manager: grace });
  const connector = await entra.connect(
    entraOptions.parse({ tenant: graph.tenantId, clientId, secret: SECRET }),
    { system: 'entra', fetch: graph.fetch, now: graph.control.now, baseDirectory: '.' },
  );
  return {
    connector,
    system: 'entra',
    kind: 'user',
    secrets: [SECRET],
    change: () => {
      act({ act: 'update', id: ada, properties: { displayName: 'Ada L.', mail: null } });
      act({ act: 'clear-manager', id: ada });
      act({ act: 'delete', id: grace });
      person('barbara', 'barbara@contoso.com');
    },
    find: {
      path: 'mail',
      one: 'ada@contoso.com',
      none: 'nobody@contoso.com',
      several: 'shared@contoso.com',
    },
    write: {
      create: {
        userPrincipalName: 'alan@contoso.com',
        displayName: 'Alan Turing',
        mailNickname: 'alan',
        department: 'Research',
        'employeeOrgData.costCenter': '4711',
        manager: { $ref: { system: 'entra', kind: 'user', id: grace } },
      },
      change: { path: 'department', before: 'Research', after: 'Engineering' },
    },
    break: () =>
      graph.control.fault({ path: '.', times: 0, effect: { type: 'answer', status: 401 } }),
  };
});

connectorContract('the entra connector with groups', async () => {
  const graph = createGraph();
  const { connector, secret } = await connectedTo(graph);
  const { act } = graph.control;
  const team = (displayName: string, mailNickname: string): string =>
    act({
      act: 'create',
      type: 'group',
      properties: { displayName, mailNickname, mailEnabled: false, securityEnabled: true },
    }).id;
  const research = team('Research', 'research');
  team('Sales', 'sales');
  team('Sales', 'sales-too');
  return {
    connector,
    system: 'entra',
    kind: 'group',
    secrets: [secret],
    change: () => {
      act({ act: 'update', id: research, properties: { description: 'Looks ahead' } });
      team('Support', 'support');
    },
    find: { path: 'displayName', one: 'Research', none: 'Nobody', several: 'Sales' },
    write: {
      create: { displayName: 'Engineering', mailNickname: 'engineering', description: 'Builds' },
      change: { path: 'description', before: 'Builds', after: 'Builds and runs' },
    },
    break: () =>
      graph.control.fault({ path: '.', times: 0, effect: { type: 'answer', status: 401 } }),
  };
});
