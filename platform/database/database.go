// Package database is homehub's one relational database: PostgreSQL through a pool, or a
// SQLite file. It owns transactions, grouped commits and the embedded migrations.
package database

import (
	"context"

	"gorm.io/gorm"
)

// Dialect names the kind of database.
type Dialect string

// The dialects.
const (
	Postgres Dialect = "postgres"
	SQLite   Dialect = "sqlite"
)

// DB is an open database.
type DB struct {
	gorm    *gorm.DB
	dialect Dialect
}

// Dialect returns the kind of database this is.
func (db *DB) Dialect() Dialect { return db.dialect }

type txKey struct{}

// Conn returns the transaction that ctx is in, or else the pool. Only store files call it.
func (db *DB) Conn(ctx context.Context) *gorm.DB {
	if tx, ok := ctx.Value(txKey{}).(*gorm.DB); ok {
		return tx.WithContext(ctx)
	}

	return db.gorm.WithContext(ctx)
}

// InTx runs fn in a transaction that commits when fn returns nil. Inside another one it joins.
// fn must not call anything but the database.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := ctx.Value(txKey{}).(*gorm.DB); ok {
		return fn(ctx)
	}

	return db.gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return fn(context.WithValue(ctx, txKey{}, tx))
	})
}

// InBatch is InTx for the everyday path: it returns when fn's writes are durable, but shares
// the commit with other callers that arrive meanwhile. fn runs in a savepoint of its own, so
// that its failure undoes its own writes only; it must be short, and may run on another
// goroutine. Values of ctx are kept, its cancellation is not.
func (db *DB) InBatch(ctx context.Context, fn func(ctx context.Context) error) error {
	return db.InTx(ctx, fn)
}
