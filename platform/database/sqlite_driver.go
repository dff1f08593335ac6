package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// maxStatements bounds what one connection keeps compiled. homehub has fewer everyday statements.
const maxStatements = 64

// keepingConnector opens SQLite connections that keep the statements they have compiled. Without
// it each use of a statement would compile it anew, for a quarter of the time that the record of
// an utterance takes (docs/decisions/0086).
type keepingConnector struct{ driver.Connector }

func newKeepingConnector(dsn string) (driver.Connector, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}

	return keepingConnector{c}, nil
}

// Connect implements driver.Connector.
func (k keepingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("unexpected connection %T", opened)
	}

	return &keepingConn{sqliteConn: conn, kept: make(map[string]*keptStatement)}, nil
}

// sqliteConn is all that database/sql asks of a connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteStmt is all that is asked of a statement.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keepingConn is one connection with its compiled statements. As database/sql has it, one
// goroutine at a time uses it.
type keepingConn struct {
	sqliteConn

	kept map[string]*keptStatement
	uses int64 // so far
}

type keptStatement struct {
	sqliteStmt

	usedAt  int64
	isInUse bool // somebody still reads its rows
	isExtra bool // it ends with its use
}

// ExecContext implements driver.ExecerContext.
func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)

	return result, errors.Join(err, s.done())
}

// QueryContext implements driver.QueryerContext.
func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.done())
	}
	rows, ok := found.(sqliteRows)
	if !ok {
		return nil, errors.Join(fmt.Errorf("unexpected rows %T", found), found.Close(), s.done())
	}

	return keptRows{sqliteRows: rows, statement: s}, nil
}

// Close implements driver.Conn.
func (c *keepingConn) Close() error {
	var errs []error
	for _, s := range c.kept {
		errs = append(errs, s.Close())
	}
	clear(c.kept)

	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

// statement returns the compiled statement, which is the caller's until done. Of one that is in
// use already, as in a loop over its own rows, there is an extra one.
func (c *keepingConn) statement(ctx context.Context, query string) (*keptStatement, error) {
	c.uses++
	known := c.kept[query]
	if known != nil && !known.isInUse {
		known.usedAt, known.isInUse = c.uses, true

		return known, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	compiled, ok := prepared.(sqliteStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("unexpected statement %T", prepared), prepared.Close())
	}
	s := &keptStatement{sqliteStmt: compiled, usedAt: c.uses, isInUse: true, isExtra: known != nil}
	if !s.isExtra {
		c.kept[query] = s
		err = c.makeRoom()
	}

	return s, err
}

// makeRoom drops what was not used for the longest time.
func (c *keepingConn) makeRoom() error {
	if len(c.kept) <= maxStatements {
		return nil
	}
	oldest := ""
	for query, s := range c.kept {
		if !s.isInUse && (oldest == "" || s.usedAt < c.kept[oldest].usedAt) {
			oldest = query
		}
	}
	if oldest == "" {
		return nil
	}
	dropped := c.kept[oldest]
	delete(c.kept, oldest)

	return dropped.Close()
}

// done gives the statement back.
func (s *keptStatement) done() error {
	s.isInUse = false
	if s.isExtra {
		return s.Close()
	}

	return nil
}

// sqliteRows is all that database/sql and gorm ask of rows.
type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// keptRows gives its statement back when it is closed.
type keptRows struct {
	sqliteRows

	statement *keptStatement
}

// Close implements driver.Rows.
func (r keptRows) Close() error { return errors.Join(r.sqliteRows.Close(), r.statement.done()) }
