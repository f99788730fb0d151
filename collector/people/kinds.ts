/** Closed sets of words about people; nothing else, so that the console's pages can know them, too. */

/** What somebody does at the site: 考点负责人, 监考管理/监考, 技术支持, 后勤考务保障. */
export const STAFF_ROLES = ['lead', 'proctor', 'tech', 'logistics'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

/** 第十七条（四）1–4, in the source's order. */
export const FITNESS = ['lawful', 'versed', 'healthy', 'unblemished'] as const;
export type Fitness = (typeof FITNESS)[number];

/** 违纪, 事故, 处置, 应考与实考人数, 其他 */
export const OCCURRENCE_KINDS = ['violation', 'accident', 'handling', 'attendance', 'other'] as const;
export type OccurrenceKind = (typeof OCCURRENCE_KINDS)[number];
