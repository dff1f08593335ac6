package auth

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
)

// TestNobodyGetsInWhileBeingDisabled: checking a password takes its time. Who is disabled in
// between has no session left that would count once they are enabled again.
func TestNobodyGetsInWhileBeingDisabled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata := b.register("kata")
	yes, no := true, false
	b.svc.passwords.hasher = judge{b.svc.passwords.hasher, func(hash, given []byte) error {
		_, err := b.svc.adminUpdateUser(t.Context(), kata.User.ID, userChanges{IsDisabled: &yes})
		require.NoError(t, err)

		return bcrypt.CompareHashAndPassword(hash, given)
	}}

	b.http.Post("/api/v1/auth/login", credentials("kata", password)).ExpectProblem(http.StatusForbidden, "auth.user_disabled")

	_, err := b.svc.adminUpdateUser(t.Context(), kata.User.ID, userChanges{IsDisabled: &no})
	require.NoError(t, err)
	var open int64
	require.NoError(t, b.db.Conn(t.Context()).Model(&sessionRow{}).Where("revoked_at IS NULL").Count(&open).Error)
	require.Zero(t, open)
}
