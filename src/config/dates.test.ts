import { describe, expect, it } from 'vitest';
import { connectorTypes } from '../compose.ts';
import { readConfiguration } from './load.ts';

const SYSTEMS = `systems:
  entra:
    connector: entra
    options: { tenant: contoso.com, managedIdentity: system }
    read: { user: { while: 'employeeHireDate le "now+14d"' } }
  wiki:
    connector: scim
    options: { url: "https://wiki.contoso.com/scim/v2", token: "\${env:TOKEN}" }
    write:
      user:
        match: [userName]
        map: { userName: "[mail]" }
        scope: SCOPE
`;

async function problems(dates: string, scope = "'mail pr'"): Promise<readonly string[]> {
  const text = `dates: ${dates}\n${SYSTEMS.replace('SCOPE', scope)}`;
  const loaded = await readConfiguration(text, 'lockstep.yaml', {
    env: { TOKEN: 'secret' },
    connectors: connectorTypes(),
    profiles: 'profiles',
  });
  return (loaded.ok ? (loaded.warnings ?? []) : loaded.problems).map(
    ({ code, place }) => `${place?.line}:${place?.column} ${code}`,
  );
}

describe('where the days of people begin', () => {
  it('is said by zone, and by what people have', async () => {
    expect(
      await problems('{ zone: Europe/Zurich, by: city, zones: { Austin: America/Chicago } }'),
    ).toEqual([]);
  });

  it('is refused for zones that there are not, at their places, and for values of nothing', async () => {
    expect(await problems('{ zone: Europe/Zuerich, by: city, zones: { Austin: CST7 } }')).toEqual([
      '1:16 unknown-time-zone',
      '1:59 unknown-time-zone',
    ]);
    expect(await problems('{ zone: "+01:00", zones: { Austin: America/Chicago } }')).toEqual([
      '1:16 unknown-time-zone',
      '1:26 zones-of-nothing',
    ]);
  });

  it('is asked for in scopes, whose dates are checked', async () => {
    expect(await problems('{ by: city }', `'employeeHireDate le "now+2w"'`)).toEqual([
      '14:17 scope-date',
    ]);
    expect(await problems('{ by: city }', `'employeeHireDate eq "now"'`)).toEqual([
      '14:17 scope-date',
    ]);
  });
});
