import type { BackupId, VolumeId } from '../../domain/backup.ts';
import type { RestoreHook } from '../../domain/policy.ts';

/** What whoever looks into a restored volume is told. */
export interface HookQuestion {
  readonly deployment: string;
  readonly cloud: string;
  readonly policy?: string;
  /** The same however often it is asked about one test. */
  readonly testId: string;
  /** The scratch volume with the restored contents; it goes as soon as the answer is there. */
  readonly volumeId: VolumeId;
  readonly sizeGib: number;
  readonly backupId: BackupId;
  /** What the contents are as of: the cloud's stamp. */
  readonly dataTimestampAt: Date;
  /** The volume that was backed up; it may be gone. */
  readonly sourceVolumeId: VolumeId;
  readonly sourceVolumeName: string;
}

export type HookAnswer =
  | { readonly outcome: 'right' }
  | { readonly outcome: 'wrong'; readonly reason: string }
  /** It is at it, and is to be asked again. */
  | { readonly outcome: 'pending' }
  /** No answer; later there may be one. */
  | { readonly outcome: 'unanswered'; readonly message: string }
  /** It is not there, refuses, or says nothing of the volume, and to ask again is no use. */
  | { readonly outcome: 'unusable'; readonly message: string };

/** Asks a hook about a volume, once; comes to its end within `timeoutMs`, or soon after the signal, and never rejects. */
export type AskHook = (
  hook: RestoreHook,
  question: HookQuestion,
  within: { readonly timeoutMs: number; readonly signal?: AbortSignal },
) => Promise<HookAnswer>;
