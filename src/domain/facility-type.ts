/** The types of facilities, as the table facility_type has them. */
export const FACILITY_TYPES = {
  /** Places whose stock can be promised. */
  withStock: ['RETAIL_STORE', 'WAREHOUSE'],
  /** A place where orders are parked. */
  virtual: 'VIRTUAL_FACILITY',
  kindsOfVirtual: ['NA', 'PRE_ORDER', 'BACKORDER', 'CONFIGURATION', 'GENERAL_OPERATIONS', 'RELEASED_ORD'],
} as const;
