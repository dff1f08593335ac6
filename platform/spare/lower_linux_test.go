package spare_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/spare"
)

func TestRunIsOfLowPriorityAndNobodyElse(t *testing.T) {
	t.Parallel()
	priority := func() int {
		raw, err := syscall.Getpriority(syscall.PRIO_PROCESS, syscall.Gettid())
		require.NoError(t, err)

		return 20 - raw // as the system call has it
	}
	for range 10 {
		spare.Run(func() { require.Equal(t, 10, priority()) })
		require.Less(t, priority(), 10)
	}
}
