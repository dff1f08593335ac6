package auth

import (
	"net/mail"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"homehub/platform/apperr"
)

const maxEmailBytes = 254 // RFC 5321, section 4.5.3.1

// emailKey is the form in which addresses are compared: whoever writes Kata@Példa.hu is found
// as kata@példa.hu, however the characters were composed.
func emailKey(email string) string {
	// Each step may make work for another: folding makes capitals of Cherokee's small letters and
	// decomposes, normalising brings out spaces. Three rounds are more than any text was seen to need.
	for range 3 {
		folded := cases.Fold().String(norm.NFKC.String(email))
		again := strings.TrimSpace(norm.NFKC.String(strings.ToLower(folded)))
		if again == email {
			break
		}
		email = again
	}

	return email
}

// checkEmail returns the address as it is kept, or says what is wrong with it.
func checkEmail(email string) (string, error) {
	email = norm.NFC.String(strings.TrimSpace(email))
	parsed, err := mail.ParseAddress(email)
	isPlain := err == nil && parsed.Address == email && parsed.Name == ""
	if !isPlain || len(email) > maxEmailBytes || strings.ContainsFunc(email, isControl) {
		return "", errInvalidInput.WithFields(apperr.Field{Name: "email", Message: "must be an e-mail address"})
	}

	return email, nil
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }
