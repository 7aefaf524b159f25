#pragma once
// A distribution builds OpenSSL with kernel TLS, and such a library asks a BIO whether the kernel sends for it. The worker's
// BIO callback answers 1 whenever a call is finished, which reads as yes; then no write buffer is made, and the first
// ClientHello ends the process. The pinned OpenSSL has no kernel TLS. Here a finished call keeps its own result.
#include_next <openssl/bio.h>
#ifdef __cplusplus

inline BIO_callback_fn_ex& offline_bio_callback_of_worker()
{
	static BIO_callback_fn_ex callback = nullptr;

	return callback;
}

inline long offline_bio_callback(
  BIO* bio, int operation, const char* text, size_t length, int number, long wide, int result, size_t* processed)
{
	const long answer =
	  offline_bio_callback_of_worker()(bio, operation, text, length, number, wide, result, processed);
	const bool finished = (operation & BIO_CB_RETURN) != 0;

	return finished ? static_cast<long>(result) : answer;
}

inline void offline_set_bio_callback(BIO* bio, BIO_callback_fn_ex callback)
{
	offline_bio_callback_of_worker() = callback;
	BIO_set_callback_ex(bio, offline_bio_callback);
}

#define BIO_set_callback_ex offline_set_bio_callback
#endif
