import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Cinderkeep, ConfigError, defineConfig } from 'cinderkeep';
import type { Construct } from 'constructs';

/** Backups as a part of somebody's own stack. */
class StorageStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const backups = new Cinderkeep(this, 'Backups', {
      // Or loadConfig('policies.yaml').
      config: defineConfig({
        version: 1,
        deployment: 'storage',
        clouds: { prod: { auth: { secret: 'openstack/backups' }, region: 'RegionOne' } },
        policies: {
          nightly: {
            cloud: 'prod',
            select: { volumes: { metadata: { backup: 'nightly' } } },
            schedule: { cron: '30 3 * * *', timezone: 'Europe/Berlin', window: '30min' },
            keep: { semantics: 'restic', daily: 7, weekly: 4, monthly: 6 },
            rpo: '26h',
          },
        },
        aws: { alarmsTo: 'ops@example.com', tags: { team: 'storage' } },
      }),
    });

    // Its parts are ordinary constructs: here someone is let look, and nothing else.
    const helpdesk = new Role(this, 'Helpdesk', { assumedBy: new AccountRootPrincipal() });
    backups.scheduler.functions['list-backups'].grantInvoke(helpdesk);
  }
}

const app = new App();
try {
  new StorageStack(app, 'Storage');
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
