/** The page docs/reference/schema.md, made from the catalogue of a migrated database. */
import type { Database } from '../src/postgres/database.ts';

interface TableRow {
  readonly name: string;
  readonly comment: string | null;
}

interface ColumnRow {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly default: string | null;
  readonly comment: string | null;
}

interface DefinitionRow {
  readonly table: string;
  readonly definition: string;
}

const OURS = `namespace.nspname = 'public' AND class.relkind IN ('r', 'p') AND class.relname NOT LIKE 'atp_migration%'`;

export async function schemaPage(database: Database): Promise<string> {
  const tables = await database.query<TableRow>(
    `SELECT class.relname AS name, obj_description(class.oid, 'pg_class') AS comment
     FROM pg_class AS class JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
     WHERE ${OURS} ORDER BY class.relname COLLATE "C"`,
  );
  const columns = await database.query<ColumnRow>(
    `SELECT class.relname AS table, attribute.attname AS column,
       format_type(attribute.atttypid, attribute.atttypmod)
         || CASE WHEN attribute.attnotnull THEN '' ELSE ', may be null' END AS type,
       CASE WHEN attribute.attidentity <> '' THEN 'identity'
         ELSE regexp_replace(pg_get_expr(def.adbin, def.adrelid), '\\s+', ' ', 'g') END AS default,
       col_description(class.oid, attribute.attnum) AS comment
     FROM pg_class AS class
     JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
     JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum > 0
     LEFT JOIN pg_attrdef AS def ON def.adrelid = class.oid AND def.adnum = attribute.attnum
     WHERE ${OURS} AND NOT attribute.attisdropped
     ORDER BY class.relname COLLATE "C", attribute.attnum`,
  );
  const rules = await database.query<DefinitionRow>(
    `SELECT class.relname AS table, definition.text AS definition
     FROM pg_class AS class
     JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
     CROSS JOIN LATERAL (
       SELECT 1 AS rank, pg_get_constraintdef(oid) AS text FROM pg_constraint
       -- Postgres 18 lists "not null" here, too, which earlier ones do not; the columns say it.
       WHERE conrelid = class.oid AND contype <> 'n'
       UNION ALL
       SELECT 2, pg_get_indexdef(indexrelid) FROM pg_index
       WHERE indrelid = class.oid
         AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
       UNION ALL
       SELECT 3, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = class.oid AND NOT tgisinternal
     ) AS definition
     WHERE ${OURS} ORDER BY class.relname COLLATE "C", definition.rank, definition.text COLLATE "C"`,
  );

  const sections = tables.map(({ name, comment }) => {
    const rows = columns.filter(({ table }) => table === name).map(columnLine);
    const lines = rules.filter(({ table }) => table === name).map(({ definition }) => `- \`${definition}\``);
    const about = comment === null ? '' : `${comment}\n\n`;
    const head = '| column | type | default | |\n|---|---|---|---|';
    return `## ${name}\n\n${about}${head}\n${rows.join('\n')}\n\n${lines.join('\n')}\n`;
  });
  return `# Schema

The tables of this release, read from a migrated database; [ARCHITECTURE.md](../../ARCHITECTURE.md#tables) draws how they
hang together. Made by \`scripts/write-schema-reference.ts\`.

${sections.join('\n')}`;
}

function columnLine({ column, type, default: preset, comment }: ColumnRow): string {
  const shown = preset === null ? '' : `\`${preset.replaceAll('|', '\\|')}\``;
  return `| ${column} | ${type} | ${shown} | ${comment ?? ''} |`;
}
