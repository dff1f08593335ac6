package address_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/internal/address"
)

func parse(t *testing.T, items ...string) address.Policy {
	t.Helper()
	p, err := address.Parse(items)
	require.NoError(t, err)

	return p
}

func TestAllows(t *testing.T) {
	t.Parallel()
	everything := parse(t, "public", "private", "loopback", "0.0.0.0/0", "::/0")
	usual := parse(t, "public", "private", "loopback").WithoutLoopback()
	narrow := parse(t, "192.168.1.0/24", "fd00::/8")
	cases := []struct {
		ip                        string
		everything, usual, narrow bool
	}{
		{ip: "192.168.1.10", everything: true, usual: true, narrow: true},
		{ip: "192.168.2.10", everything: true, usual: true},
		{ip: "10.1.2.3", everything: true, usual: true},
		{ip: "100.64.1.1", everything: true, usual: true},
		{ip: "8.8.8.8", everything: true, usual: true},
		{ip: "2606:4700::1111", everything: true, usual: true},
		{ip: "fd12::1", everything: true, usual: true, narrow: true},
		{ip: "::ffff:192.168.1.10", everything: true, usual: true, narrow: true},
		{ip: "64:ff9b::c0a8:10a", everything: true, usual: true, narrow: true}, // 192.168.1.10 by NAT64

		{ip: "127.0.0.1", everything: true},
		{ip: "127.8.0.1", everything: true},
		{ip: "::1", everything: true},
		{ip: "::ffff:127.0.0.1", everything: true},
		{ip: "2002:7f00:1::", everything: true}, // 127.0.0.1 by 6to4

		{ip: "169.254.169.254"},
		{ip: "169.254.1.1"},
		{ip: "::ffff:169.254.169.254"},
		{ip: "64:ff9b::a9fe:a9fe"},
		{ip: "2002:a9fe:a9fe::"},
		{ip: "fe80::1"},
		{ip: "fd00:ec2::254"},
		{ip: "fd20:ce::254"},
		{ip: "100.100.100.200"},
		{ip: "0.0.0.0"},
		{ip: "::"},
		{ip: "224.0.0.1"},
		{ip: "ff02::1"},
		{ip: "255.255.255.255"},
		{ip: "2001:0:1::1"},
		{ip: "64:ff9b:1::a9fe:a9fe"},
		{ip: "fec0::1"},
	}
	for _, tc := range cases {
		t.Run(tc.ip, func(t *testing.T) {
			t.Parallel()
			ip := netip.MustParseAddr(tc.ip)

			require.Equal(t, tc.everything, everything.Allows(ip), "everything")
			require.Equal(t, tc.usual, usual.Allows(ip), "usual")
			require.Equal(t, tc.narrow, narrow.Allows(ip), "narrow")
			require.False(t, address.Policy{}.Allows(ip), "nothing")
		})
	}
}

func TestLoopbackNeedsItsOwnName(t *testing.T) {
	t.Parallel()
	ip := netip.MustParseAddr("127.0.0.1")

	require.False(t, parse(t, "0.0.0.0/0").Allows(ip))
	require.True(t, parse(t, "127.0.0.0/8").Allows(ip))
	require.False(t, parse(t, "127.0.0.0/8", "loopback").WithoutLoopback().Allows(ip))
}

func TestParseNamesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	_, err := address.Parse([]string{"private", "internal", "10.0.0.0"})

	require.ErrorContains(t, err, `"internal"`)
	require.ErrorContains(t, err, `"10.0.0.0"`)
}

func TestDialJudgesTheResolvedAddress(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	byName := net.JoinHostPort("localhost", port) // a harmless name for a forbidden address

	_, err = parse(t, "public", "private").Dial(t.Context(), "tcp", byName)
	require.ErrorIs(t, err, address.ErrNotAllowed)

	conn, err := parse(t, "loopback").Dial(t.Context(), "tcp", byName)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}
