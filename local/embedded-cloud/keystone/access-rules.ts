import type { AccessRule } from '../identity/application-credentials.ts';
import { ownerOf, ruleView } from './application-credentials.ts';
import { type KeystoneAnswer, type KeystoneCall, linkTo, listAnswer } from './call.ts';
import { couldNotFind, KeystoneRefusal } from './errors.ts';

const linkedView = (call: KeystoneCall, rule: AccessRule) => ({
  ...ruleView(rule),
  links: { self: linkTo(call, `access_rules/${rule.id}`) },
});

/** The user's rules, also those that no application credential has any more. */
export function listRules(call: KeystoneCall): KeystoneAnswer {
  const userId = ownerOf(call, 'list_access_rules');
  const rules = call.cloud.identity.applicationCredentials.rulesOfUser(userId);
  return listAnswer(
    call,
    'access_rules',
    rules.map((rule) => linkedView(call, rule)),
  );
}

export function showRule(call: KeystoneCall): KeystoneAnswer {
  const userId = ownerOf(call, 'get_access_rule');
  return { status: 200, body: { access_rule: linkedView(call, findRule(call, userId)) } };
}

export function removeRule(call: KeystoneCall): KeystoneAnswer {
  const { id } = findRule(call, ownerOf(call, 'delete_access_rule'));
  const { applicationCredentials } = call.cloud.identity;
  if (applicationCredentials.isRuleInUse(id)) {
    throw new KeystoneRefusal(403, 'May not delete access rule in use');
  }
  applicationCredentials.removeRule(id);
  return { status: 204 };
}

function findRule({ cloud, params }: KeystoneCall, userId: string): AccessRule {
  const id = params[1] ?? '';
  const rule = cloud.identity.applicationCredentials.rulesOfUser(userId).find((one) => one.id === id);
  if (rule === undefined) throw couldNotFind('Access Rule', id);
  return rule;
}
