/** Who is who, where only a person can say it: asked, answered, and taken back. */

import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import {
  choice,
  decision,
  mergeBody,
  reviewCase,
  reviewItem,
  unmergeBody,
} from '../schemas/decision.ts';
import { listOf } from '../schemas/named.ts';
import { nothing, personOf, runsQuery } from '../schemas/request.ts';

const name = z.string().min(1).max(200);
const reviewOf = z.strictObject({ review: name });
const decisionOf = z.strictObject({ decision: name });

export const DECISIONS: readonly Endpoint[] = [
  endpoint({
    name: 'listReviews',
    method: 'get',
    path: '/reviews',
    summary: 'What only a person can decide.',
    parameters: nothing,
    query: nothing,
    answers: { type: 'json', schema: listOf('Reviews', reviewItem) },
    work: async ({ verbs }) => ({ type: 'json', value: { items: await verbs.reviews() } }),
  }),
  endpoint({
    name: 'getReview',
    method: 'get',
    path: '/reviews/{review}',
    summary: 'One matter with the record and every candidate, side by side.',
    parameters: reviewOf,
    query: nothing,
    answers: { type: 'json', schema: reviewCase },
    refuses: ['no-such-review'],
    work: async ({ path, verbs }) => ({ type: 'json', value: await verbs.review(path.review) }),
  }),
  endpoint({
    name: 'decideReview',
    method: 'post',
    path: '/reviews/{review}/decision',
    summary:
      'Joins the record to a candidate, rejects candidates for good, or makes it a new person.',
    parameters: reviewOf,
    query: nothing,
    body: choice,
    answers: { type: 'json', schema: decision },
    refuses: ['no-such-review', 'not-a-candidate', 'review-not-decidable', 'merge-refused'],
    work: async ({ path, body, verbs }) => ({
      type: 'json',
      value: await verbs.decideReview(path.review, body),
    }),
  }),
  endpoint({
    name: 'listDecisions',
    method: 'get',
    path: '/decisions',
    summary: 'What people decided about who is who, the newest first.',
    parameters: nothing,
    query: runsQuery,
    answers: { type: 'json', schema: listOf('Decisions', decision) },
    work: async ({ query, verbs }) => ({
      type: 'json',
      value: { items: await verbs.decisions(query.limit) },
    }),
  }),
  endpoint({
    name: 'undoDecision',
    method: 'post',
    path: '/decisions/{decision}/undo',
    summary: 'Takes a decision back.',
    parameters: decisionOf,
    query: nothing,
    answers: { type: 'json', schema: decision },
    refuses: ['no-such-decision', 'merge-refused', 'unmerge-refused'],
    work: async ({ path, verbs }) => ({
      type: 'json',
      value: await verbs.undoDecision(path.decision),
    }),
  }),
  endpoint({
    name: 'mergePeople',
    method: 'post',
    path: '/people/{person}/merge',
    summary: 'Two identities are one person: everything of the other becomes this one’s.',
    parameters: personOf,
    query: nothing,
    body: mergeBody,
    answers: { type: 'json', schema: decision },
    refuses: ['unknown-person', 'ambiguous-person', 'merge-refused'],
    work: async ({ path, body, verbs }) => ({
      type: 'json',
      value: await verbs.mergePeople({ ...path, ...body }),
    }),
  }),
  endpoint({
    name: 'unmergePerson',
    method: 'post',
    path: '/people/{person}/unmerge',
    summary: 'One identity is two people: both get their records and accounts back, for good.',
    parameters: personOf,
    query: nothing,
    body: unmergeBody,
    answers: { type: 'json', schema: decision },
    refuses: ['unknown-person', 'ambiguous-person', 'unmerge-refused'],
    work: async ({ path, body, verbs }) => ({
      type: 'json',
      value: await verbs.unmergePerson({ ...path, ...body }),
    }),
  }),
];
