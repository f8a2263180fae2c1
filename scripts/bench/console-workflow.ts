/** A run of recent changes that does nothing, with the result of one that has made a file. */
export function uploadRecentChanges({ shopId }: { readonly shopId: string }): Promise<object> {
  return Promise.resolve({
    ...{ shopId, facilityGroupId: 'FAC_GRP', fileSequence: 1, fileName: '000000000001-recent-changes.csv' },
    ...{ sha256: null, rows: 250, toZero: 0, heldForApproval: false, plan: null, withheld: 0 },
  });
}
