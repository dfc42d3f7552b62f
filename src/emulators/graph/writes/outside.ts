/** What Graph keeps of a person outside of the directory: mailbox settings and the photo. */

import { createHash } from 'node:crypto';
import { isObject, problemsOf } from '../contract.ts';
import type { Properties } from '../directory.ts';
import { badRequest, GraphFailure } from '../failure.ts';
import type { Answer, Call } from '../reads/call.ts';
import { one } from '../reads/single.ts';

const NO_REPLIES: Properties = {
  status: 'disabled',
  externalAudience: 'all',
  scheduledStartDateTime: { dateTime: '2026-01-01T08:00:00.0000000', timeZone: 'UTC' },
  scheduledEndDateTime: { dateTime: '2026-01-02T08:00:00.0000000', timeZone: 'UTC' },
  internalReplyMessage: '',
  externalReplyMessage: '',
};

export function readMailbox(call: Call): Answer {
  return shown(call, ownerOfMailbox(call));
}

export function readReplies(call: Call): Answer {
  const replies = call.tenant.replies.get(ownerOfMailbox(call)) ?? NO_REPLIES;
  return { status: 200, type: 'automaticRepliesSetting', body: replies };
}

export function updateMailbox(call: Call): Answer {
  const id = ownerOfMailbox(call);
  if (!isObject(call.body)) throw badRequest('Unable to read JSON request payload.');
  const [problem] = problemsOf('mailboxSettings', call.body);
  if (problem !== undefined)
    throw new GraphFailure(400, 'RequestBodyRead', `The request body is invalid: ${problem}.`);
  const { automaticRepliesSetting } = call.body;
  if (isObject(automaticRepliesSetting)) {
    const replies = { ...(call.tenant.replies.get(id) ?? NO_REPLIES), ...automaticRepliesSetting };
    if (replies.status === 'scheduled' && !isInOrder(replies))
      throw new GraphFailure(
        400,
        'ErrorInvalidTimeInterval',
        'The end of the automatic replies lies before their start.',
      );
    call.tenant.replies.set(id, replies);
  }
  return shown(call, id);
}

function isInOrder({ scheduledStartDateTime: start, scheduledEndDateTime: end }: Properties) {
  const time = (value: unknown): number =>
    isObject(value) ? Date.parse(`${String(value.dateTime).slice(0, 19)}Z`) : Number.NaN;
  return time(start) < time(end);
}

function shown({ tenant, base }: Call, id: string): Answer {
  return {
    status: 200,
    type: 'mailboxSettings',
    body: {
      '@odata.context': `${base}/v1.0/$metadata#users('${id}')/mailboxSettings`,
      timeZone: 'UTC',
      automaticRepliesSetting: tenant.replies.get(id) ?? NO_REPLIES,
    },
  };
}

/** Here everybody with an address has a mailbox, but guests; licences would decide it. */
function ownerOfMailbox(call: Call): string {
  const { entry, version } = one(call, 'user');
  const { mail, userType } = version.properties;
  if (typeof mail === 'string' && userType !== 'Guest') return entry.id;
  throw call.tenant.switches['mailbox.missing'] === '404-mailbox'
    ? new GraphFailure(
        404,
        'MailboxNotEnabledForRESTAPI',
        'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
      )
    : new GraphFailure(404, 'ResourceNotFound', 'Resource could not be discovered.');
}

const MOST_BYTES = 4 * 1024 * 1024;

export function readPhoto(call: Call): Answer {
  const { entry } = one(call, 'user');
  const bytes = photoOf(call, entry.id);
  return {
    status: 200,
    type: 'profilePhoto',
    body: {
      '@odata.context': `${call.base}/v1.0/$metadata#users('${entry.id}')/photo/$entity`,
      '@odata.mediaContentType': 'image/jpeg',
      '@odata.mediaEtag': `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`,
      id: '648X648',
      width: 648,
      height: 648,
    },
  };
}

export function readPhotoBytes(call: Call): Answer {
  const bytes = photoOf(call, one(call, 'user').entry.id);
  return { status: 200, body: bytes, headers: { 'Content-Type': 'image/jpeg' } };
}

export function putPhoto(call: Call): Answer {
  const { entry } = one(call, 'user');
  if (!(call.body instanceof Uint8Array) || !isImage(call.body))
    throw new GraphFailure(400, 'ErrorImageInvalid', 'The image is no JPEG.');
  if (call.body.length > MOST_BYTES)
    throw new GraphFailure(413, 'RequestEntityTooLarge', 'The image is larger than 4 MB.');
  call.tenant.photos.set(entry.id, call.body);
  return { status: 200 };
}

export function deletePhoto(call: Call): Answer {
  const { entry } = one(call, 'user');
  photoOf(call, entry.id);
  call.tenant.photos.delete(entry.id);
  return { status: 204 };
}

function photoOf({ tenant }: Call, id: string): Uint8Array {
  const bytes = tenant.photos.get(id);
  if (bytes === undefined) throw new GraphFailure(404, 'ImageNotFound', "The photo wasn't found.");
  return bytes;
}

function isImage([first, second]: Uint8Array): boolean {
  return first === 0xff && second === 0xd8;
}
