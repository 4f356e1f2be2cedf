package hclfile

// The keywords of HAProxy by the block they belong to, in HCL's spelling. One that no row of the grammar has is
// understood but not done yet, and an error says so.
var haproxyKeywords = map[string]string{
	"global": `
	acme_scheduler ca_base chroot close_spread_time cpu_affinity cpu_policy cpu_set crt_base daemon default_path
	dns_accept_family expose_deprecated_directives expose_experimental_directives external_check
	force_cfg_parser_pause gid grace h1_accept_payload_with_any_method h1_case_adjust h1_case_adjust_file
	h1_do_not_close_on_insecure_transfer_encoding hard_stop_after harden_reject_privileged_ports_quic
	harden_reject_privileged_ports_tcp http_err_codes http_fail_codes httpclient_resolvers_disabled
	httpclient_resolvers_id httpclient_resolvers_prefer httpclient_retries httpclient_ssl_ca_file
	httpclient_ssl_verify httpclient_timeout_connect insecure_fork_wanted insecure_setuid_wanted issuers_chain_path
	jwt_decrypt_alg_list jwt_decrypt_enc_list key_base localpeer log_send_hostname lua_load lua_load_per_thread
	lua_prepend_path master_worker max_threads_per_group maxcompcpuusage maxcomprate maxconnrate maxpipes
	maxsessrate maxsslconn maxsslrate maxzlibmem mworker_max_reloads nbproc nbthread no_memory_trimming noepoll
	noevports nogetaddrinfo nokqueue noktls nopoll noreuseport nosplice numa_cpu_mapping ocsp_update_disable
	ocsp_update_httpproxy ocsp_update_maxdelay ocsp_update_mindelay ocsp_update_mode pidfile pp2_never_send_local
	prealloc_fd presetenv profiling_memory profiling_tasks quiet resetenv server_state_base server_state_file
	set_var set_var_fmt setcap setenv shm_stats_file shm_stats_file_max_objects spread_checks
	ssl_default_bind_ciphers ssl_default_bind_ciphersuites ssl_default_bind_client_sigalgs ssl_default_bind_curves
	ssl_default_bind_options ssl_default_bind_sigalgs ssl_default_server_ciphers ssl_default_server_ciphersuites
	ssl_default_server_client_sigalgs ssl_default_server_curves ssl_default_server_options
	ssl_default_server_sigalgs ssl_dh_param_file ssl_engine ssl_load_extra_del_ext ssl_load_extra_files
	ssl_mode_async ssl_passphrase_cmd ssl_propquery ssl_provider ssl_provider_path ssl_security_level
	ssl_server_verify ssl_skip_self_issued_ca stress_level strict_limits thread_group thread_groups
	thread_hard_limit uid ulimit_n unix_bind unsetenv warn_blocked_traffic_after zero_warning`,
	"tune": `
	applet_zero_copy_forwarding buffers_limit buffers_reserve bufsize bufsize_large bufsize_small chksize
	cli_max_payload_size comp_maxlevel defaults_purge disable_fast_forward disable_zero_copy_forwarding
	epoll_mask_events events_max_events_at_once fail_alloc fd_edge_triggered fd_tables glitches_kill_cpu_usage
	h1_be_glitches_threshold h1_fe_glitches_threshold h1_zero_copy_fwd_recv h1_zero_copy_fwd_send
	h2_be_glitches_threshold h2_be_initial_window_size h2_be_max_concurrent_streams h2_be_max_frames_at_once
	h2_be_rxbuf h2_fe_glitches_threshold h2_fe_initial_window_size h2_fe_max_concurrent_streams
	h2_fe_max_frames_at_once h2_fe_max_rst_at_once h2_fe_max_total_streams h2_fe_rxbuf h2_header_table_size
	h2_initial_window_size h2_log_errors h2_max_concurrent_streams h2_max_frame_size h2_zero_copy_fwd_send
	http_cookielen http_logurilen http_maxhdr idle_pool_shared idletimer listener_default_shards
	listener_multi_queue lua_bool_sample_conversion lua_burst_timeout lua_forced_yield lua_log_loggers
	lua_log_stderr lua_maxmem lua_openlibs lua_service_timeout lua_session_timeout lua_task_timeout
	max_checks_per_thread max_rules_at_once maxaccept maxpollevents maxrewrite memory_hot_size notsent_lowat_client
	notsent_lowat_server pattern_cache_size peers_max_updates_at_once pipesize pool_high_fd_ratio pool_low_fd_ratio
	pt_zero_copy_forwarding quic_be_cc_cubic_min_losses quic_be_cc_hystart quic_be_cc_max_frame_loss
	quic_be_cc_max_win_size quic_be_cc_reorder_ratio quic_be_max_idle_timeout quic_be_sec_glitches_threshold
	quic_be_stream_data_ratio quic_be_stream_max_concurrent quic_be_stream_rxbuf quic_be_tx_pacing
	quic_be_tx_udp_gso quic_fe_cc_cubic_min_losses quic_fe_cc_hystart quic_fe_cc_max_frame_loss
	quic_fe_cc_max_win_size quic_fe_cc_reorder_ratio quic_fe_max_idle_timeout quic_fe_sec_glitches_threshold
	quic_fe_sec_retry_threshold quic_fe_sock_per_conn quic_fe_stream_data_ratio quic_fe_stream_max_concurrent
	quic_fe_stream_max_total quic_fe_stream_rxbuf quic_fe_tx_pacing quic_fe_tx_udp_gso quic_listen quic_mem_tx_max
	quic_zero_copy_fwd_send rcvbuf_backend rcvbuf_client rcvbuf_frontend rcvbuf_server recv_enough renice_runtime
	renice_startup ring_queues runqueue_depth sched_low_latency sndbuf_backend sndbuf_client sndbuf_frontend
	sndbuf_server ssl_cachesize ssl_capture_buffer_size ssl_capture_cipherlist_size ssl_certificate_compression
	ssl_default_dh_param ssl_force_private_cache ssl_hard_maxrecord ssl_keylog ssl_keyupdate_rate_limit ssl_lifetime
	ssl_maxrecord ssl_ocsp_update_maxdelay ssl_ocsp_update_mindelay ssl_ssl_ctx_cache_size stick_counters
	streams_elasticity takeover_other_tg_connections vars_check_max_size vars_global_max_size vars_proc_max_size
	vars_reqres_max_size vars_sess_max_size vars_txn_max_size zlib_memlevel zlib_windowsize`,
	"section": `
	acl backlog balance be_unpublished bind bind_process capture_cookie capture_request_header
	capture_response_header clitcpka_cnt clitcpka_idle clitcpka_intvl clitimeout compression contimeout cookie
	declare declare_capture default_backend default_server description disabled dispatch enabled error_log_format errorfile
	errorfiles errorloc errorloc302 errorloc303 external_check external_check_command external_check_path filter
	filter_sequence force_be_switch force_persist fullconn guid hash_preserve_affinity hash_type http_after_response
	http_check_comment http_check_connect http_check_disable_on_404 http_check_expect http_check_send
	http_check_send_state http_check_set_var http_check_unset_var http_error http_request http_response http_reuse
	http_send_name_header id ignore_persist load_server_state_from_file log log_format log_format_sd log_steps
	log_tag max_keep_alive_queue maxconn mode monitor_fail monitor_uri persist_rdp_cookie quic_initial rate_limit
	rate_limit_sessions redirect retries retry_on server server_state_file_name server_template source srvtcpka_cnt
	srvtcpka_idle srvtcpka_intvl srvtimeout ssl_f_use stats_admin stats_auth stats_enable stats_hide_version
	stats_http_request stats_realm stats_refresh stats_scope stats_show_desc stats_show_legends stats_show_node
	stats_uri stick_match stick_on stick_store_request stick_store_response stick_table tcp_check_comment
	tcp_check_connect tcp_check_expect tcp_check_send tcp_check_send_binary tcp_check_send_binary_lf
	tcp_check_send_lf tcp_check_set_var tcp_check_unset_var tcp_request tcp_request_connection tcp_request_content
	tcp_request_inspect_delay tcp_request_session tcp_response tcp_response_content tcp_response_inspect_delay
	unique_id_format unique_id_header use_backend use_fcgi_app use_server`,
	"bind": `
	accept_netscaler_cip accept_proxy allow_0rtt alpn backlog ca_file ca_ignore_err ca_sign_file ca_sign_pass
	ca_verify_file cc ciphers ciphersuites client_sigalgs crl_file crt crt_ignore_err crt_list curves default_crt
	defer_accept ecdhe expose_fd force_sslv3 force_tlsv10 force_tlsv11 force_tlsv12 force_tlsv13
	generate_certificates gid group guid_prefix id idle_ping interface ktls label level maxconn mode mss name
	namespace nbconn nice no_alpn no_ca_names no_sslv3 no_strict_sni no_tls_tickets no_tlsv10 no_tlsv11 no_tlsv12
	no_tlsv13 npn prefer_client_ciphers process proto quic_cc_algo quic_force_retry quic_socket severity_output
	shards sigalgs ssl ssl_max_ver ssl_min_ver strict_sni tcp_md5sig tcp_ss tcp_ut tfo thread tls_ticket_keys
	tls_tickets transparent uid user v4v6 v6only verify`,
	"server": `
	addr agent_addr agent_check agent_inter agent_port agent_send allow_0rtt alpn backup ca_file cc check check_alpn
	check_pool_conn_name check_proto check_reuse_pool check_send_proxy check_sni check_sni_auto check_ssl
	check_via_socks4 ciphers ciphersuites client_sigalgs cookie crl_file crt curves disabled downinter enabled
	error_limit fall fastinter force_sslv3 force_tlsv10 force_tlsv11 force_tlsv12 force_tlsv13 guid hash_key
	healthcheck id idle_ping init_addr init_state inter ktls log_bufsize log_proto max_reuse maxconn maxqueue
	minconn namespace no_agent_check no_backup no_check no_check_reuse_pool no_check_send_proxy no_check_sni_auto
	no_check_ssl no_renegotiate no_send_proxy no_send_proxy_v2 no_send_proxy_v2_ssl no_send_proxy_v2_ssl_cn
	no_sni_auto no_ssl no_ssl_reuse no_sslv3 no_tfo no_tls_tickets no_tlsv10 no_tlsv11 no_tlsv12 no_tlsv13 non_stick
	npn observe on_error on_marked_down on_marked_up pool_conn_name pool_low_conn pool_max_conn pool_purge_delay
	port proto proxy_v2_options quic_cc_algo redir renegotiate resolve_net resolve_opts resolve_prefer resolvers
	rise send_proxy send_proxy_v2 send_proxy_v2_ssl send_proxy_v2_ssl_cn set_proxy_v2_tlv_fmt shard sigalgs
	slowstart sni sni_auto socks4 source ssl ssl_max_ver ssl_min_ver ssl_reuse stick strict_maxconn tcp_md5sig
	tcp_ut tfo tls_tickets track usesrc verify verifyhost weight ws`,
	"option": `
	abortonclose accept_invalid_http_request accept_invalid_http_response accept_unsafe_violations_in_http_request
	accept_unsafe_violations_in_http_response allbackups checkcache clitcpka contstats disable_h2_upgrade
	dontlog_normal dontlognull external_check forwardfor h1_case_adjust_bogus_client h1_case_adjust_bogus_server
	http_buffer_request http_drop_request_trailers http_drop_response_trailers http_ignore_probes http_keep_alive
	http_no_delay http_pretend_keepalive http_restrict_req_hdr_names http_server_close http_use_proxy_header httpchk
	httpclose httplog httpslog idle_close_on_response independent_streams ldap_check log_health_checks
	log_separate_errors logasap mysql_check nolinger originalto persist pgsql_check prefer_last_server redis_check
	redispatch smtpchk socket_stats splice_auto splice_request splice_response spop_check srvtcpka ssl_hello_chk
	tcp_check tcp_smart_accept tcp_smart_connect tcpka tcplog transparent`,
	"tcp_request connection": `
	do-log sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 set-dst set-dst-port set-fc-mark
	set-fc-tos set-mark set-src set-src-port set-tos set-var set-var-fmt silent-drop unset-var`,
	"tcp_request session": `
	attach-srv do-log sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 set-dst set-dst-port
	set-fc-mark set-fc-tos set-mark set-src set-src-port set-tos set-var set-var-fmt silent-drop unset-var`,
	"tcp_request content": `
	do-log do-resolve sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 send-spoe-group
	set-bandwidth-limit set-bc-mark set-bc-tos set-dst set-dst-port set-fc-mark set-fc-tos set-log-level set-mark
	set-nice set-priority-class set-priority-offset set-retries set-src set-src-port set-tos set-var set-var-fmt
	silent-drop switch-mode unset-var use-service`,
	"tcp_response content": `
	do-log sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 send-spoe-group set-bandwidth-limit
	set-fc-mark set-fc-tos set-log-level set-mark set-nice set-tos set-var set-var-fmt silent-drop unset-var`,
	"http_request": `
	add-acl add-header add-headers-bin allow auth cache-use capture del-acl del-header del-headers-bin del-map deny
	disable-l7-retry do-log do-resolve early-hint normalize-uri pause redirect reject replace-header replace-path
	replace-pathq replace-uri replace-value return sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt
	sc-set-gpt0 send-spoe-group set-bandwidth-limit set-bc-mark set-bc-tos set-dst set-dst-port set-fc-mark
	set-fc-tos set-header set-headers-bin set-log-level set-map set-mark set-method set-nice set-path set-pathq
	set-priority-class set-priority-offset set-query set-retries set-src set-src-port set-timeout set-tos set-uri
	set-var set-var-fmt silent-drop strict-mode tarpit track-sc unset-var use-service wait-for-body
	wait-for-handshake`,
	"http_response": `
	add-acl add-header add-headers-bin allow cache-store capture del-acl del-header del-headers-bin del-map deny
	do-log pause redirect replace-header replace-value return sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1
	sc-set-gpt sc-set-gpt0 send-spoe-group set-bandwidth-limit set-fc-mark set-fc-tos set-header set-headers-bin
	set-log-level set-map set-mark set-nice set-status set-timeout set-tos set-var set-var-fmt silent-drop
	strict-mode track-sc unset-var wait-for-body`,
	"http_after_response": `
	add-header add-headers-bin allow capture del-acl del-header del-headers-bin del-map do-log replace-header
	replace-value sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 set-header set-headers-bin
	set-log-level set-map set-status set-var set-var-fmt strict-mode unset-var`,
	"return": `default_errorfiles errorfile errorfiles file hdr lf_file lf_string`,
	"file":   `cache fcgi_app http_errors log_forward peers program resolvers ring userlist crt_list traces acme`,
}
