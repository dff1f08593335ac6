package fault_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"homehub/platform/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNothingEndsUnlessItWasChosen(t *testing.T) {
	t.Parallel()
	fault.Point("anywhere")

	w := httptest.NewRecorder()
	_, err := fault.Half("anywhere", w).Write([]byte("whole"))

	require.NoError(t, err)
	require.Equal(t, "whole", w.Body.String())
}
