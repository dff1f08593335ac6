// Package address decides which network addresses a linked home may have. The decision falls
// on resolved addresses, at every dial, so that neither a name that changes its mind nor a
// redirect gets past it.
package address

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// ErrNotAllowed means that the policy lets nobody go there.
var ErrNotAllowed = errors.New("this address is not allowed")

// The words that may stand in a policy beside address ranges.
const (
	Public   = "public"
	Private  = "private"
	Loopback = "loopback"
)

// Policy says where a dial may go. The zero Policy allows nothing.
type Policy struct {
	words  []string
	ranges []netip.Prefix
}

// Parse reads a policy: Public, Private, Loopback and ranges such as 10.0.0.0/8. What is
// never allowed stays so, whatever the ranges say.
func Parse(items []string) (Policy, error) {
	var (
		p    Policy
		errs []error
	)
	for _, item := range items {
		if item == Public || item == Private || item == Loopback {
			p.words = append(p.words, item)

			continue
		}
		prefix, err := netip.ParsePrefix(item)
		if err != nil {
			errs = append(errs, fmt.Errorf("%q is neither public, private, loopback nor a range like 10.0.0.0/8", item))

			continue
		}
		p.ranges = append(p.ranges, prefix.Masked())
	}

	return p, errors.Join(errs...)
}

// WithoutLoopback returns the policy of a server that others can reach: it must not let them
// reach what only the machine itself should.
func (p Policy) WithoutLoopback() Policy {
	p.words = slices.DeleteFunc(slices.Clone(p.words), func(word string) bool { return word == Loopback })
	p.ranges = slices.DeleteFunc(slices.Clone(p.ranges), func(r netip.Prefix) bool { return r.Addr().IsLoopback() })

	return p
}

// Allows judges one address.
func (p Policy) Allows(ip netip.Addr) bool {
	ip = embedded(ip)
	if isNever(ip) {
		return false
	}
	if ip.IsLoopback() {
		return slices.Contains(p.words, Loopback) || p.contains(ip, netip.Addr.IsLoopback)
	}
	word := Public
	if ip.IsPrivate() || sharedSpace.Contains(ip) {
		word = Private
	}

	return slices.Contains(p.words, word) || p.contains(ip, func(netip.Addr) bool { return true })
}

// contains reports whether a range, whose own address fits, holds ip. A wide range such as
// 0.0.0.0/0 does not open loopback by accident.
func (p Policy) contains(ip netip.Addr, fits func(netip.Addr) bool) bool {
	return slices.ContainsFunc(p.ranges, func(r netip.Prefix) bool { return r.Contains(ip) && fits(r.Addr()) })
}

// Dial is net.Dialer.DialContext under the policy. Its error wraps ErrNotAllowed when the
// policy says no.
func (p Policy) Dial(ctx context.Context, network, target string) (net.Conn, error) {
	dialer := net.Dialer{
		Timeout: dialTimeout,
		// Control sees the address that is really connected to, after name resolution.
		Control: func(_, resolved string, _ syscall.RawConn) error { return p.check(resolved) },
	}

	return dialer.DialContext(ctx, network, target)
}

const dialTimeout = 10 * time.Second

func (p Policy) check(resolved string) error {
	ap, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotAllowed, err)
	}
	if !p.Allows(ap.Addr()) {
		return fmt.Errorf("%w: %s", ErrNotAllowed, ap.Addr())
	}

	return nil
}

//nolint:gochecknoglobals // immutable tables
var (
	sharedSpace = netip.MustParsePrefix("100.64.0.0/10") // carriers' NAT, and private overlays

	// never holds what no policy opens, beside link-local and multicast: addresses that mean
	// "this network", and the metadata services of clouds that are not link-local.
	never = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("100.100.100.200/32"),
		netip.MustParsePrefix("168.63.129.16/32"),
		netip.MustParsePrefix("192.0.0.192/32"),
		netip.MustParsePrefix("fd00:ec2::/32"),
		netip.MustParsePrefix("fd20:ce::254/128"),
		netip.MustParsePrefix("2001::/32"),      // Teredo hides its target
		netip.MustParsePrefix("64:ff9b:1::/48"), // so does a site's own NAT64
		netip.MustParsePrefix("fec0::/10"),      // once private, and public to nobody
		netip.MustParsePrefix("::/128"),
	}

	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4 = netip.MustParsePrefix("2002::/16")
)

func isNever(ip netip.Addr) bool {
	if !ip.IsValid() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return true
	}

	return slices.ContainsFunc(never, func(r netip.Prefix) bool { return r.Contains(ip) })
}

// embedded returns the IPv4 address that some IPv6 addresses only wrap.
func embedded(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if !ip.Is6() {
		return ip
	}

	raw := ip.As16()
	switch {
	case nat64.Contains(ip):
		return netip.AddrFrom4([4]byte(raw[12:16]))
	case sixTo4.Contains(ip):
		return netip.AddrFrom4([4]byte(raw[2:6]))
	default:
		return ip
	}
}
