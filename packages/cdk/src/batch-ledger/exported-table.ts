/** The name under which a `BatchLedgerStack` exports that of its table. */
export function exportedTable(stackName: string): string {
  return `${stackName}-BatchLedgerTable`;
}
