import type { Cloud } from '../ports.ts';
import type { ReportBuilder } from '../run-report.ts';

/** For a look the credential for restoring may be missing still. */
export async function warnOfCredential(cloud: Cloud, report: ReportBuilder): Promise<void> {
  try {
    await cloud.prepareFor('restore');
  } catch (error) {
    report.warn(`it could not be carried out: ${error instanceof Error ? error.message : String(error)}`);
  }
}
