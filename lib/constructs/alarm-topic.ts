import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  /** E-mail addresses and ARNs of topics. */
  readonly receivers: readonly string[];
  readonly encryptionKey: IKey | undefined;
}

/** Whom alarms tell: a topic of the deployment, to which e-mail addresses (and whoever likes) subscribe, and topics that are there already. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  readonly actions: readonly IAlarmAction[];

  constructor(scope: Construct, id: string, { receivers, encryptionKey }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      enforceSSL: true,
      ...(encryptionKey && { masterKey: encryptionKey }),
    });
    this.#letAlarmsIn();
    const topics = receivers.filter((receiver) => receiver.startsWith('arn:'));
    for (const address of receivers.filter((receiver) => !topics.includes(receiver))) {
      this.topic.addSubscription(new EmailSubscription(address));
    }
    const others = topics.map((arn, index) => Topic.fromTopicArn(this, `Other${index}`, arn));
    this.actions = [this.topic, ...others].map((topic) => new SnsAction(topic));
  }

  /** A topic with a policy of its own has lost the usual one, by which its account's alarms may publish. */
  #letAlarmsIn(): void {
    const { account } = Stack.of(this);
    const alarms = Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': alarms } },
      }),
    );
  }
}
