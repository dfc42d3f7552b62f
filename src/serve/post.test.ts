import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectorTypes } from '../compose.ts';
import { loadConfiguration } from '../config/load.ts';
import { createToken } from '../server/tokens.ts';
import { openDatabase } from '../store/open.ts';
import { tokenStorage } from '../store/tokens.ts';
import { startServing } from './serve.ts';

interface Mailbox {
  readonly server: Server;
  readonly port: number;
  readonly mails: string[];
  readonly recipients: string[];
  /** Answers the next mails with a failure. */
  busy: boolean;
}

/** As much of RFC 5321 as a client needs to hand over a mail. */
async function mailServer(): Promise<Mailbox> {
  const mails: string[] = [];
  const server = createServer((socket) => talk(socket, box));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const box: Mailbox = { server, port, mails, recipients: [], busy: false };
  return box;
}

function talk(socket: Socket, box: Mailbox): void {
  let text = '';
  let isContent = false;
  const say = (line: string): boolean => socket.write(`${line}\r\n`);
  say('220 mail.contoso.com');
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk;
    if (isContent) {
      const end = text.indexOf('\r\n.\r\n');
      if (end < 0) return;
      box.mails.push(text.slice(0, end).replaceAll('=\r\n', ''));
      text = text.slice(end + 5);
      isContent = false;
      say('250 taken');
    }
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end).toUpperCase();
      text = text.slice(end + 2);
      if (line.startsWith('RCPT')) box.recipients.push(line);
      if (line.startsWith('DATA')) {
        isContent = true;
        say('354 go on');
        return;
      }
      if (line.startsWith('QUIT')) socket.end('221 bye\r\n');
      else say(box.busy && line.startsWith('MAIL') ? '451 later' : '250 ok');
    }
  });
}

let folder: string;
let box: Mailbox;
let url: string;
let token: string;
const log: string[] = [];
const ending = new AbortController();
let ended: Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-post-'));
  box = await mailServer();
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, document(box.port));
  const profiles = path.resolve(import.meta.dirname, '../../profiles');
  const loaded = await loadConfiguration(file, { env: {}, connectors: connectorTypes(), profiles });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  {
    await using database = await openDatabase(loaded.value.store, loaded.value.directory);
    const scope = { system: 'ours' };
    const made = await createToken(tokenStorage(database), 'default', scope, 1, new Date());
    token = made.token;
  }
  const options = { port: 0, signal: ending.signal, log: (line: string) => log.push(line) };
  ({ url, ended } = await startServing(loaded.value, options));
});

afterAll(async () => {
  ending.abort();
  await ended;
  box.server.close();
  await rm(folder, { recursive: true, force: true });
});

function document(port: number): string {
  return `
systems:
  ours:
    connector: directory
    options:
      mail: { smtp: "smtp://127.0.0.1:${port}", address: "https://lockstep.contoso.com/" }
      receive:
        invitation: { owner: it@contoso.com, subject: Welcome, text: Come in. }
        confirm: ['emails[type eq "work"].value']
        confirmation: { from: it@contoso.com, subject: Please confirm }
    serve: {}
`;
}

async function scim(method: string, at: string, body?: object) {
  const response = await fetch(`${url}/scim/v2/ours${at}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not used.
  return (await response.json()) as any;
}

async function mailsFrom(count: number): Promise<readonly string[]> {
  for (let look = 0; look < 200 && box.mails.length < count; look++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return box.mails;
}

it('an invitation is delivered, and a new address is asked for and confirmed by its owner', async () => {
  const work = (value: string) => [{ type: 'work', value, primary: true }];
  const body = { userName: 'ada', emails: work('ada@contoso.com') };
  const { id } = await scim('POST', '/Users', body);
  const [invitation] = await mailsFrom(1);
  for (const text of [
    'From: it@contoso.com',
    'To: ada@contoso.com',
    'Subject: Welcome',
    'Come in.',
  ])
    expect(invitation).toContain(text);

  const changed = await scim('PUT', `/Users/${id}`, { ...body, emails: work('king@contoso.com') });
  expect(changed.emails).toEqual(work('ada@contoso.com'));
  const question = (await mailsFrom(2))[1] ?? '';
  expect(question).toContain('To: king@contoso.com');
  const [link = ''] = /https:\/\/lockstep\.contoso\.com\/confirm\/\S+/.exec(question) ?? [];
  const page = url + new URL(link).pathname;

  const shown = await fetch(page);
  expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await shown.text()).toContain('<form method="post">');
  // Whoever looks at a link has not confirmed anything.
  expect((await scim('GET', `/Users/${id}`)).emails).toEqual(work('ada@contoso.com'));

  for (const wrong of [
    `${page}x`,
    page.replace('ours', 'theirs'),
    page.replace('default', 'other'),
  ])
    expect((await fetch(wrong, { method: 'POST' })).status).toBe(404);
  expect((await fetch(page, { method: 'POST' })).status).toBe(200);
  expect((await scim('GET', `/Users/${id}`)).emails).toEqual(work('king@contoso.com'));
  expect((await fetch(page, { method: 'POST' })).status).toBe(404);
  expect(JSON.stringify(log)).not.toContain(new URL(link).pathname.split('.').at(-1));
}, 20_000);

it('a mail goes to one address, whatever stands in it', async () => {
  const value = 'one@contoso.com, two@contoso.com\r\nBcc: three@contoso.com';
  const before = box.mails.length;
  const asked = box.recipients.length;
  await scim('POST', '/Users', { userName: 'mallory', emails: [{ type: 'work', value }] });
  for (let look = 0; look < 100 && box.mails.length === before && log.length === 0; look++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(box.recipients.length - asked).toBeLessThan(2);
  for (const mail of box.mails.slice(before)) expect(mail).not.toMatch(/^Bcc:/im);
}, 20_000);

it('a mail that was not taken is told in the log, and kept to be tried again', async () => {
  box.busy = true;
  const before = box.mails.length;
  await scim('POST', '/Users', {
    userName: 'grace',
    emails: [{ type: 'work', value: 'g@contoso.com' }],
  });
  for (let look = 0; look < 100 && !log.join().includes('451'); look++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(log.join()).toMatch(/ours: a mail to g@contoso.com was not taken: .*451/);
  expect(box.mails).toHaveLength(before);
}, 20_000);
