/**
 * Where the link of a confirmation leads: a page with one button. Following a link changes nothing,
 * since programs follow the links of mails as well; pressing the button does.
 */

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

function page(context: Context, status: 200 | 404 | 500, text: string, button?: string): Response {
  // The form is sent to the address of the page, so that nothing of the link is put into it.
  const form = button === undefined ? '' : `<form method="post"><button>${button}</button></form>`;
  return context.html(
    `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Confirmation</title><p>${text}</p>${form}`,
    status,
    {
      'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  );
}
