// Package log builds homehub's logger: JSON or console, every line of a request with its
// id, and no secret in any of them.
package log

import (
	"context"

	"go.uber.org/zap"
)

type requestIDKey struct{}

// WithRequestID returns ctx carrying the id of the request it belongs to.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID returns the id that ctx carries; empty outside of a request.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)

	return id
}

// For returns l with the request's fields from ctx.
func For(ctx context.Context, l *zap.Logger) *zap.Logger {
	if id := RequestID(ctx); id != "" {
		return l.With(zap.String("request_id", id))
	}

	return l
}
