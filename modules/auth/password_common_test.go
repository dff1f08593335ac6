package auth

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, common := range []string{
		"password123", "Password2024!", "P@ssw0rd1234", "passwordpassword", "pass-word-2024", "p a s s w o r d", "123password",
		"Jelszó2024!", "jelszo1234", "JELSZAVAM99", "jelsz0jelsz0", "Szeretlek12", "szeretlekszeretlek", "titkosjelszó", "Magyarország1",
		"almafa1234", "Almaspite12", "Kiscica2020", "Hajráfradi1899", "Budapest1873", "homehub2026", "Otthon2025!!", "Katalin1985",
		"qwertyuiop", "QWERTZ12345", "asdfghjkl1", "yxcvbnm123", "1q2w3e4r5t", "1qaz2wsx3edc", "qazwsxedcrfv", "poiuztrewq",
		"1234567890", "0987654321", "12345678910", "aaaaaaaaaa", "1111111111", "1212121212", "abcabcabcabc", "abcdefghij", "112233445566",
		"ｐａｓｓｗｏｒｄ１２３", "iloveyou!!", "Welcome2024", "changeme123", "letmein12345", "admin123456",
	} {
		require.True(t, isCommonPassword(common), common)
	}
}

func TestOnesOwnNameAndAddressAreRefused(t *testing.T) {
	t.Parallel()
	own := []string{"gyongyver.kovats85@pelda.hu", "Kovátsné Gyöngyvér"}
	for _, common := range []string{
		"Gyöngyvér1985", "gyongyver.kovats", "kovats85kovats85", "gyongyver.kovats85@pelda.hu", "KovátsnéGy85!", "gyongyver-jelszo",
	} {
		require.True(t, isCommonPassword(common, own...), common)
		require.False(t, isCommonPassword(common+"-macska-a-kemencén", own...), common)
	}
}

func TestOtherPasswordsAreNot(t *testing.T) {
	t.Parallel()
	for _, fine := range []string{
		password, renewed, "another-password", "tizkarakte", "macska-a-kemencén", "árvíztűrők", "Tr0ub4dor&3x", "9f8s1d6k5g0h",
		"kék elefánt 7 zokniban", "jelszavam egy hosszú mondat", "my password is long", strings.Repeat("é", 36), "KZT3N7QWJH2VXB5LRM4DYAGCSE",
		"3141592653", "20260314-x9", "őőőőőőű-lámpa", "",
	} {
		require.False(t, isCommonPassword(fine, "kata@example.org", "Kata"), fine)
	}
}

func TestTheListIsFolded(t *testing.T) {
	t.Parallel()
	words := strings.Fields(commonWords)
	require.True(t, slices.IsSorted(words))
	require.Equal(t, slices.Compact(slices.Clone(words)), words)
	for _, word := range words {
		require.Equal(t, word, foldPassword(word))
		require.Equal(t, word, onlyLetters(word))
	}
}

func FuzzCommonPasswords(f *testing.F) {
	f.Add("Jelszó2024!", "kata@example.org")
	f.Add("\xff\xfe1234567", "\xff")
	f.Add("!!!!!!!!!!", "")
	f.Fuzz(func(t *testing.T, password, own string) {
		if isCommonPassword(password) && !isCommonPassword(password, own) {
			t.Errorf("%q is common, and not for %q", password, own)
		}
	})
}
