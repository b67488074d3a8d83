import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { NetworkSettings } from '../../config/aws-settings.ts';

/**
 * The private network in which the functions run. They call out only: to the cloud, whose ports its catalogue of services names, and to AWS. So a
 * security group of ours lets everything out and nothing in.
 */
export class OutboundNetwork extends Construct {
  /** As a function's template wants it. */
  readonly vpcConfig: CfnFunction.VpcConfigProperty;

  constructor(scope: Construct, id: string, { vpcId, subnetIds, securityGroupIds }: NetworkSettings) {
    super(scope, id);
    this.vpcConfig = {
      subnetIds: [...subnetIds],
      securityGroupIds: securityGroupIds.length > 0 ? [...securityGroupIds] : [this.#createGroup(vpcId)],
    };
  }

  #createGroup(vpcId: string): string {
    const group = new CfnSecurityGroup(this, 'Outbound', {
      vpcId,
      groupDescription: 'cinderkeep: everything out, nothing in',
      securityGroupEgress: [{ ipProtocol: '-1', cidrIp: '0.0.0.0/0', description: 'the cloud and AWS' }],
    });
    return group.attrGroupId;
  }
}
