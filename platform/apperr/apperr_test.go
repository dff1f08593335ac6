package apperr_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/apperr"
)

func TestErrorKeepsItsCodeThroughCopies(t *testing.T) {
	t.Parallel()
	base := apperr.New(apperr.Conflict, "test.taken", "Already taken.")
	cause := errors.New("unique violation")

	got := fmt.Errorf("store: %w", base.Wrap(cause).WithMessage("%s is taken.", "x").
		WithFields(apperr.Field{Name: "email", Message: "is taken"}).WithRetryAfter(time.Second))

	require.ErrorIs(t, got, base)
	require.ErrorIs(t, got, cause)
	require.NotErrorIs(t, got, apperr.New(apperr.Conflict, "test.other", "Already taken."))
	var e *apperr.Error
	require.ErrorAs(t, got, &e)
	require.Equal(t, "x is taken.", e.Message)
	require.Equal(t, time.Second, e.RetryAfter)
	require.Equal(t, "test.taken: x is taken.: unique violation", e.Error())
	require.Equal(t, "test.taken: Already taken.", base.Error(), "the declared value stays as it was")
	require.Empty(t, base.Fields)
	require.NoError(t, base.Cause)
}
