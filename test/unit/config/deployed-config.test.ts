import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../../config/config.ts';
import { formatDeployedConfig, parseDeployedConfig } from '../../../config/deployed-config.ts';
import { toDeployedConfig } from '../../../config/to-deployed-config.ts';
import { SECRET_ARN, wholeConfig } from '../../support/aws-configs.ts';

const directory = mkdtempSync(join(tmpdir(), 'cinderkeep-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

function deployed(cloud: string) {
  const config = parseConfig(`version: 1\ndeployment: acme\nclouds: { prod: ${cloud} }\n`, 'p.yaml');
  return toDeployedConfig(config).clouds.get('prod');
}

describe('a config on its way into a function', () => {
  it.each([loadConfig('config/policies.yaml'), loadConfig('local/demo-policies.yaml'), wholeConfig()])(
    'arrives as it left',
    (config) => {
      const sent = toDeployedConfig(config);
      expect(sent.deployment).toEqual(config.deployment);
      expect(parseDeployedConfig(formatDeployedConfig(sent))).toEqual(sent);
    },
  );

  it('is not read by a program of another version', () => {
    const text = formatDeployedConfig(toDeployedConfig(wholeConfig()));
    expect(() => parseDeployedConfig(text.replace('"form": 1', '"form": 2'))).toThrow(
      'form 2, but this program reads form 1',
    );
  });

  it('names the secret of each cloud, its own where the credential is on another machine', () => {
    const { clouds } = toDeployedConfig(wholeConfig());
    const same = (id: string) => ({ read: id, create: id, prune: id, restore: id });
    const secrets = [...clouds].map(([cloud, deployed]) => [cloud, deployed.secrets]);
    expect(Object.fromEntries(secrets)).toEqual({
      prod: same('cinderkeep/prod'),
      lab: { read: SECRET_ARN, create: 'lab/changes', prune: 'lab/changes', restore: 'lab/restores' },
      attic: same('cinderkeep/acme/attic'),
    });
  });

  it('names the secret of each operation where there are several', () => {
    const auth = '{ read: env, create: { secret: make }, prune: { cloudsYaml: p } }';
    expect(deployed(`{ auth: ${auth} }`)?.secrets).toEqual({
      read: 'cinderkeep/acme/prod/read',
      create: 'make',
      prune: 'cinderkeep/acme/prod/prune',
    });
  });

  it('takes the certificates along', () => {
    const file = join(directory, 'ca.pem');
    writeFileSync(file, PEM);
    expect(deployed(`{ auth: env, ca: "${file}" }`)).toMatchObject({ certificates: PEM });
  });

  it('does not leave without its certificates', () => {
    const file = join(directory, 'none.pem');
    const cloud = `{ auth: env, ca: "${file}" }`;
    expect(() => deployed(cloud)).toThrow(
      `${file}: clouds.prod.ca: cannot be read (ENOENT); should be a PEM file`,
    );
    writeFileSync(file, 'MIIB');
    expect(() => deployed(cloud)).toThrow('has no certificate in it');
  });
});
