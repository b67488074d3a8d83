import { DOMAIN } from '../identity/identity.ts';
import { authorize, type KeystoneAnswer, type KeystoneCall, linkTo, listAnswer } from './call.ts';
import { couldNotFind } from './errors.ts';

const domainView = (call: KeystoneCall) => ({
  ...DOMAIN,
  description: 'The default domain',
  enabled: true,
  tags: [],
  options: {},
  links: { self: linkTo(call, `domains/${DOMAIN.id}`) },
});

export function listDomains(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'list_domains');
  return listAnswer(call, 'domains', [domainView(call)]);
}

/** Any of the domain's users may look at it. */
export function showDomain(call: KeystoneCall): KeystoneAnswer {
  const id = call.params[0] ?? '';
  authorize(call, 'get_domain', () => id === DOMAIN.id);
  if (id !== DOMAIN.id) throw couldNotFind('domain', id);
  return { status: 200, body: { domain: domainView(call) } };
}
