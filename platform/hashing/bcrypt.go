package hashing

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/blowfish" //nolint:staticcheck // deprecated for new systems; bcrypt is made of it
)

// The parts of a hash, "$2a$", the cost, "$", 22 characters of salt and 31 of the sum.
const (
	costAt   = 4
	saltAt   = 7
	sumAt    = saltAt + 22
	hashSize = sumAt + 31
)

// encoding is bcrypt's own order of the usual characters.
var encoding = base64.NewEncoding("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789").WithPadding(base64.NoPadding) //nolint:gochecknoglobals // a constant

// generate is bcrypt.GenerateFromPassword, which cannot be interrupted: it calls pause after each
// round, which is some ten microseconds of work. Only the rounds are its own; salt and form are the library's.
func generate(password []byte, cost int, pause func()) ([]byte, error) {
	if cost < bcrypt.MinCost || cost > bcrypt.MaxCost {
		return nil, bcrypt.InvalidCostError(cost)
	}
	hash, err := bcrypt.GenerateFromPassword(password, bcrypt.MinCost)
	if err != nil {
		return nil, err
	}
	copy(hash[costAt:], fmt.Sprintf("%02d", cost))
	sum, err := sumOf(password, cost, hash[saltAt:sumAt], pause)
	if err != nil {
		return nil, err
	}
	copy(hash[sumAt:], sum)

	return hash, nil
}

// compare is bcrypt.CompareHashAndPassword, with the pauses of generate.
func compare(hash, password []byte, pause func()) error {
	cost, err := bcrypt.Cost(hash)
	if err != nil {
		return err
	}
	if len(hash) != hashSize {
		return bcrypt.ErrMismatchedHashAndPassword
	}
	sum, err := sumOf(password, cost, hash[saltAt:sumAt], pause)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(sum, hash[sumAt:]) != 1 {
		return bcrypt.ErrMismatchedHashAndPassword
	}

	return nil
}

// sumOf does the work: Provos and Mazières, "A Future-Adaptable Password Scheme" (USENIX 1999), with
// what every implementation does beside it: the password ends with a zero byte, and the last byte of
// the sum is left out.
func sumOf(password []byte, cost int, salt []byte, pause func()) ([]byte, error) {
	rawSalt, err := encoding.DecodeString(string(salt))
	if err != nil {
		return nil, err
	}
	key := slices.Concat(password, []byte{0})
	defer clear(key)
	cipher, err := blowfish.NewSaltedCipher(key, rawSalt)
	if err != nil {
		return nil, err
	}
	for range uint64(1) << cost {
		blowfish.ExpandKey(key, cipher)
		blowfish.ExpandKey(rawSalt, cipher)
		pause()
	}
	sum := []byte("OrpheanBeholderScryDoubt")
	for block := 0; block < len(sum); block += blowfish.BlockSize {
		for range 64 {
			cipher.Encrypt(sum[block:], sum[block:])
		}
	}

	return encoding.AppendEncode(nil, sum[:len(sum)-1]), nil
}
