package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// User codes are typed by people: letters that look and sound different from each other and
// spell no words (RFC 8628 6.1). Eight of twenty are 34 bits, which are guessed by nobody who may
// try ten times in as many minutes.
const (
	userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	userCodeLength  = 8
)

const userCodeLabel = "homehub user code 1\x00"

// newUserCode returns a code without its dash.
func newUserCode() string {
	const fair = 256 - 256%len(userCodeLetters) // bytes from here on would favour the first letters
	var code []byte
	for len(code) < userCodeLength {
		var raw [userCodeLength]byte
		_, _ = rand.Read(raw[:]) // never fails, by its contract
		for _, b := range raw {
			if int(b) < fair && len(code) < userCodeLength {
				code = append(code, userCodeLetters[int(b)%len(userCodeLetters)])
			}
		}
	}

	return string(code)
}

// showUserCode writes a code as people read it: BCDF-GHJK.
func showUserCode(code string) string {
	return code[:userCodeLength/2] + "-" + code[userCodeLength/2:]
}

// readUserCode returns what somebody typed as newUserCode made it, whatever its case, dashes and
// spaces; ok is false for what can be no code.
func readUserCode(typed string) (code string, ok bool) {
	typed = strings.Map(func(r rune) rune {
		switch r {
		case '-', '–', '—', '.', ' ', '\t', '\u00a0':
			return -1
		}

		return r
	}, strings.ToUpper(typed))
	if len(typed) != userCodeLength {
		return "", false
	}
	for i := range len(typed) {
		if strings.IndexByte(userCodeLetters, typed[i]) < 0 {
			return "", false
		}
	}

	return typed, true
}

// hashUserCode is how user codes are stored and found. 34 bits are few: without the key, whoever
// reads the database would find the code by trying them all.
func hashUserCode(key []byte, code string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(userCodeLabel + code))

	return mac.Sum(nil)
}
