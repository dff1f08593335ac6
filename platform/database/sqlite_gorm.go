package database

import (
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
)

// sqliteDialector tells gorm how SQLite's SQL is written. What gorm would need to make tables is
// left out: they are made by migrations.
type sqliteDialector struct {
	conn gorm.ConnPool
	db   *DB
}

// Name implements gorm.Dialector.
func (sqliteDialector) Name() string { return string(SQLite) }

// Initialize implements gorm.Dialector.
func (d sqliteDialector) Initialize(g *gorm.DB) error {
	g.ConnPool = d.conn
	callbacks.RegisterDefaultCallbacks(g, &callbacks.Config{
		CreateClauses:        []string{"INSERT", "VALUES", "ON CONFLICT", "RETURNING"},
		UpdateClauses:        []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses:        []string{"DELETE", "FROM", "WHERE", "RETURNING"},
		LastInsertIDReversed: true,
	})
	// SQLite has no row locks: its one writer has them all.
	g.ClauseBuilders["FOR"] = func(clause.Clause, clause.Builder) {}

	return nil
}

// Translate implements gorm.ErrorTranslator.
func (d sqliteDialector) Translate(err error) error { return d.db.mapError(err) }

// BindVarTo implements gorm.Dialector.
func (sqliteDialector) BindVarTo(writer clause.Writer, _ *gorm.Statement, _ any) {
	_ = writer.WriteByte('?')
}

// QuoteTo implements gorm.Dialector. Names are the code's own; a dot separates table and column.
func (sqliteDialector) QuoteTo(writer clause.Writer, name string) {
	_ = writer.WriteByte('`')
	for i := range len(name) {
		switch name[i] {
		case '.':
			_, _ = writer.WriteString("`.`")
		case '`':
			_, _ = writer.WriteString("``")
		default:
			_ = writer.WriteByte(name[i])
		}
	}
	_ = writer.WriteByte('`')
}

// DefaultValueOf implements gorm.Dialector.
func (sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

// Explain implements gorm.Dialector.
func (sqliteDialector) Explain(sql string, vars ...any) string {
	return logger.ExplainSQL(sql, nil, `"`, vars...)
}

// DataTypeOf implements gorm.Dialector. Only gorm's migrator would ask.
func (sqliteDialector) DataTypeOf(field *schema.Field) string { return string(field.DataType) }

// Migrator implements gorm.Dialector.
func (d sqliteDialector) Migrator(g *gorm.DB) gorm.Migrator {
	return migrator.Migrator{Config: migrator.Config{DB: g, Dialector: d}}
}
