-- KEYS log → ok {event}…, all that are kept
return { 'ok', redis.call('LRANGE', KEYS[1], 0, -1) }
