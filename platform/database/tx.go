package database

import (
	"context"

	"gorm.io/gorm"
)

// txKey finds the transaction of one database in a context.
type txKey struct{ db *DB }

// Conn returns the transaction that ctx is in, or else the pool. Only store files call it.
func (db *DB) Conn(ctx context.Context) *gorm.DB {
	if tx, ok := ctx.Value(txKey{db}).(*gorm.DB); ok {
		return tx.WithContext(ctx)
	}

	return db.gorm.WithContext(ctx)
}

// InTx runs fn in a transaction that commits when fn returns nil. Inside another one it joins.
// fn must not call anything but the database, and that through the ctx it is given: on SQLite
// a write beside an open transaction would wait for that transaction's end.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := ctx.Value(txKey{db}).(*gorm.DB); ok {
		return fn(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, db.timeout)
	defer cancel()

	return db.gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return fn(context.WithValue(ctx, txKey{db}, tx))
	})
}
