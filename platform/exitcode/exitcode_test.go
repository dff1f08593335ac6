package exitcode_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/exitcode"
)

func TestOf(t *testing.T) {
	t.Parallel()
	cause := errors.New("no server answers")
	cases := map[string]struct {
		err      error
		want     int
		wantText string
	}{
		"success":          {want: exitcode.OK},
		"any error":        {err: cause, want: exitcode.Failed, wantText: "no server answers"},
		"a silent code":    {err: exitcode.New(exitcode.AsksBack, nil), want: 3},
		"a code and cause": {err: fmt.Errorf("say: %w", exitcode.New(7, cause)), want: 7, wantText: "say: no server answers"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, exitcode.Of(tc.err))
			if tc.err != nil {
				require.Equal(t, tc.wantText, tc.err.Error())
			}
		})
	}
}
