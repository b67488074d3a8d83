import { Alarm, type AlarmProps, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

export interface TellingAlarmProps extends Omit<AlarmProps, 'alarmDescription' | 'alarmName'> {
  readonly name: string;
  /** What people lose while this lasts: the first line that they read. */
  readonly impact: string;
  /** The page and heading that says what to do. */
  readonly runbookUrl: string;
  readonly actions: readonly IAlarmAction[];
}

/** An alarm that says whom it hurts and what to do; there is no other. */
export class TellingAlarm extends Construct {
  readonly alarm: Alarm;

  constructor(
    scope: Construct,
    id: string,
    { name, impact, runbookUrl, actions, ...props }: TellingAlarmProps,
  ) {
    super(scope, id);
    this.alarm = new Alarm(this, 'Alarm', {
      ...props,
      alarmName: name,
      alarmDescription: `${impact}\n\nWhat to do: ${runbookUrl}`,
    });
    this.alarm.addAlarmAction(...actions);
  }
}
