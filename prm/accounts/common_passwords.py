"""Passwords of at least twelve characters that attackers try first, folded to lower case."""

COMMON = frozenset(
    ["123456789012", "1234567890123", "12345678901234", "123456123456", "123123123123", "1q2w3e4r5t6y", "1qaz2wsx3edc", "abcdefghijkl", "abcd12345678", "administrator", "adminadminadmin", "changemechangeme", "correcthorsebatterystaple", "iloveyou1234", "letmeinletmein", "letmein12345", "password1234", "password12345", "password123456", "passwordpassword", "password!234", "p@ssw0rd1234", "qwertyuiop12", "qwertyuiop123", "qwerty123456", "qwertyqwerty", "qwertyuiopas", "qwertyuiopasdfghjkl", "trustno1trustno1", "welcome12345", "welcome123456", "winter202020", "summer202020", "zaq12wsxcde3", "asdfghjkl123", "monkeymonkey", "dragondragon", "footballfootball", "baseballbaseball", "sunshinesunshine", "princessprincess", "superman1234", "batman123456", "starwars1234", "secretsecret", "companycompany", "partnerportal", "partner12345", "reseller1234", "channelpartner"]
)
