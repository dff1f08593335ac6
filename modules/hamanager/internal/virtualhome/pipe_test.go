package virtualhome

import (
	"bytes"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestPipeCarriesMoreThanItHolds(t *testing.T) {
	t.Parallel()
	client, server := newPipe()
	sent := bytes.Repeat([]byte("0123456789"), pipeLimit/2)
	var group errgroup.Group
	group.Go(func() error {
		defer client.Close() //nolint:errcheck // never fails

		_, err := client.Write(sent)

		return err
	})

	got, err := io.ReadAll(server)

	require.NoError(t, err)
	require.NoError(t, group.Wait())
	require.True(t, bytes.Equal(sent, got))
	_, err = server.Write([]byte("x"))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestPipeDeadlines(t *testing.T) {
	t.Parallel()
	client, server := newPipe()
	defer client.Close() //nolint:errcheck // never fails
	soon := time.Now().Add(10 * time.Millisecond)

	require.NoError(t, client.SetReadDeadline(soon))
	_, err := client.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	var timeout net.Error
	require.ErrorAs(t, err, &timeout)
	require.True(t, timeout.Timeout())

	require.NoError(t, client.SetDeadline(time.Now().Add(10*time.Millisecond)))
	_, err = client.Write(make([]byte, 2*pipeLimit))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)

	require.NoError(t, client.SetDeadline(time.Time{}))
	go func() { _, _ = server.Write([]byte("late")) }()
	got := make([]byte, 4)
	_, err = io.ReadFull(client, got)
	require.NoError(t, err)
	require.Equal(t, "late", string(got))
	require.Equal(t, "memory", client.RemoteAddr().Network())
}

func TestAClosedHomeCannotBeDialled(t *testing.T) {
	t.Parallel()
	for name, dialled := range map[string]bool{"after a dial": true, "before the first dial": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, Options{})
			if dialled {
				c, err := h.Dial(t.Context(), "tcp", "anywhere")
				require.NoError(t, err)
				require.NoError(t, c.Close())
			}
			require.NoError(t, h.Close())

			_, err := h.Dial(t.Context(), "tcp", "anywhere")

			require.ErrorIs(t, err, net.ErrClosed)
		})
	}
}
