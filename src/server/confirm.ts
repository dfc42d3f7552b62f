/**
 * Where the link of a confirmation leads: a page with one button. Following a link changes nothing,
 * since programs follow the links of mails as well; pressing the button does.
 */

import { hash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';

export interface Confirmation {
  readonly tenant: Tenant;
  readonly system: SystemName;
  readonly token: string;
}

/** @param confirm False where there is nothing to confirm, or no more. */
export function confirmService(
  confirm: (confirmation: Confirmation) => Promise<boolean>,
  onBug: (error: unknown) => void,
): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    onBug(error);
    return page(context, 500, 'Something went wrong here. Please try again later.');
  });
  app.get('/confirm/:tenant/:system/:token', (context) =>
    page(context, 200, 'Confirm the new address of your account.', 'Confirm'),
  );
  app.post('/confirm/:tenant/:system/:token', async (context) =>
    (await confirm(context.req.param()))
      ? page(context, 200, 'Your new address is confirmed.')
      : page(context, 404, 'This link has been used, has expired, or never was one.'),
  );
  return app;
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { max-width: 26rem; margin: 1rem; padding: 2rem; border: 1px solid color-mix(in srgb, CanvasText 18%, Canvas); border-radius: 0.75rem; }
h1 { margin: 0 0 0.5rem; font-size: 1.25rem; }
p { margin: 0; }
button { margin-top: 1.5rem; padding: 0.6rem 1.4rem; border: 0; border-radius: 0.5rem; background: #2457d6; color: #fff; font: inherit; cursor: pointer; }
button:focus-visible { outline: 3px solid #7aa2ff; outline-offset: 2px; }
`;

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

function page(context: Context, status: 200 | 404 | 500, text: string, button?: string): Response {
  // The form is sent to the address of the page, so that nothing of the link is put into it.
  const form = button === undefined ? '' : `<form method="post"><button>${button}</button></form>`;
  return context.html(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Confirmation</title><style>${STYLE}</style><main><h1>Confirmation</h1><p>${text}</p>${form}</main></html>`,
    status,
    {
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  );
}
