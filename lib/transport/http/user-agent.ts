/** How requests say who makes them (RFC 9110, 10.1.5). The version is that of `package.json`. */
export const USER_AGENT = 'nest-mailbridge/0.2.0';
