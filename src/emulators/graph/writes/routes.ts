/** The routes that change something, and those of what lies outside of the directory. */

import type { Answer, Call, Route } from '../reads/call.ts';
import { purgeDeleted, restoreDeleted } from './deleted.ts';
import { createGroup, deleteGroup, updateGroup } from './groups.ts';
import { addLink, deleteManager, deleteMember, putManager, removeLink } from './links.ts';
import {
  deletePhoto,
  putPhoto,
  readMailbox,
  readPhoto,
  readPhotoBytes,
  readReplies,
  updateMailbox,
} from './outside.ts';
import { createUser, deleteUser, revokeSessions, updateUser } from './users.ts';

export const WRITE_ROUTES: readonly Route[] = [
  route('POST', 'users', createUser),
  route('PATCH', 'users/{}', updateUser),
  route('DELETE', 'users/{}', deleteUser),
  route('POST', 'users/{}/revokeSignInSessions', revokeSessions),
  route('PUT', 'users/{}/manager/$ref', putManager),
  route('DELETE', 'users/{}/manager/$ref', deleteManager),
  route('GET', 'users/{}/mailboxSettings', readMailbox),
  route('PATCH', 'users/{}/mailboxSettings', updateMailbox),
  route('GET', 'users/{}/mailboxSettings/automaticRepliesSetting', readReplies),
  route('GET', 'users/{}/photo', readPhoto),
  route('GET', 'users/{}/photo/$value', readPhotoBytes),
  route('PUT', 'users/{}/photo/$value', putPhoto),
  route('DELETE', 'users/{}/photo', deletePhoto),
  route('POST', 'groups', createGroup),
  route('PATCH', 'groups/{}', updateGroup),
  route('DELETE', 'groups/{}', deleteGroup),
  route('POST', 'groups/{}/members/$ref', (call) => addLink(call, 'member')),
  route('DELETE', 'groups/{}/members/{}/$ref', (call) => removeLink(call, 'member')),
  route('DELETE', 'groups/{}/members/{}', deleteMember),
  route('POST', 'groups/{}/owners/$ref', (call) => addLink(call, 'owner')),
  route('DELETE', 'groups/{}/owners/{}/$ref', (call) => removeLink(call, 'owner')),
  route('POST', 'directory/deletedItems/{}/restore', restoreDeleted),
  route('DELETE', 'directory/deletedItems/{}', purgeDeleted),
];

function route(method: Route['method'], pattern: string, answer: (call: Call) => Answer): Route {
  return { method, pattern, answer };
}
