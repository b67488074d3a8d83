import { OPERATIONS } from '../domain/operation.ts';
import type { CredentialCheck } from './ports.ts';

/** Every role that lets somebody change volumes; `reader` alone does not, from Cinder 2023.2 on. @see cinder/policies/base.py SYSTEM_READER_OR_PROJECT_READER */
const READER = 'reader';

/** What of a cloud's credentials would stop a run, or goes further than it need. */
export function warnOfCredentials(cloud: string, checks: readonly CredentialCheck[]): string[] {
  return checks.flatMap((check) => {
    const place = nameOf(cloud, check);
    return [
      ...warnOfMissingCalls(place, check),
      ...warnOfRoles(place, check),
      ...(check.isUnrestricted
        ? [`${place} is unrestricted: whoever has it can make further credentials of its owner`]
        : []),
      ...(checks.length > 1 && !check.hasAccessRules
        ? [
            `${place} has no access rules: it may do everything that its roles allow, not just ${listOf(check)}`,
          ]
        : []),
    ];
  });
}

function warnOfMissingCalls(place: string, { missingCalls }: CredentialCheck): string[] {
  if (missingCalls.length === 0) return [];
  return [`${place} has access rules that do not allow ${missingCalls.join(', ')}`];
}

function warnOfRoles(place: string, { roles, operations }: CredentialCheck): string[] {
  const isReading = operations.every((operation) => operation === 'read');
  if (isReading || roles.length === 0 || roles.some((role) => role !== READER)) return [];
  return [
    `${place} has no role but ${READER}, with which most clouds do not let it ${listOf({ operations })}`,
  ];
}

function nameOf(cloud: string, { operations }: CredentialCheck): string {
  const all = operations.length === OPERATIONS.length;
  return `clouds.${cloud}.auth${all ? '' : `.${operations.join(', ')}`}: the credential`;
}

function listOf({ operations }: Pick<CredentialCheck, 'operations'>): string {
  return operations.filter((operation) => operation !== 'read').join(', ') || 'read';
}
