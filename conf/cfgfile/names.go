package cfgfile

import (
	"strings"

	"weir/conf"
)

// yieldsNumber reports whether an expression gives a number, so that eq, lt and their like before a value are operators.
func yieldsNumber(e *conf.Expr) bool {
	num := numberFetches[e.Fetch.Name]
	for i := range e.Convs {
		if name := e.Convs[i].Name; !keepsType[name] {
			num = numberConvs[name]
		}
	}
	return num
}

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// The fetches and converters of HAProxy that give numbers, and the converters that give what they got.
var (
	numberFetches = wordSet(`
	accept_date act_conn avg_queue base32 bc.timer.connect bc_be_queue bc_dst bc_dst_port bc_err bc_glitches
	bc_http_major bc_nb_streams bc_rtt bc_rttvar bc_settings_streams_limit bc_src bc_src_port bc_srv_queue be_conn
	be_conn_free be_connect_timeout be_id be_max_retries be_queue_timeout be_server_timeout be_sess_rate
	be_tarpit_timeout be_tunnel_timeout bs.aborted bs.id bs.rst_code bytes_in bytes_out connslots cook_cnt cook_val
	cpu_calls cpu_ns_avg cpu_ns_tot cpu_usage_grp cpu_usage_proc cpu_usage_thr cur_client_timeout cur_connect_timeout
	cur_max_retries cur_queue_timeout cur_server_timeout cur_tarpit_timeout cur_tunnel_timeout date date_us distcc_param
	dst_conn dst_port fc.timer.handshake fc.timer.total fc_dst_port fc_err fc_fackets fc_glitches fc_http_major fc_lost
	fc_nb_streams fc_reordering fc_retrans fc_rtt fc_rttvar fc_sacked fc_settings_streams_limit fc_src_port fc_unacked
	fe_client_timeout fe_conn fe_id fe_req_rate fe_sess_rate fe_tarpit_timeout fs.aborted fs.rst_code hdr_cnt hdr_val int
	internal.htx.data internal.htx.free internal.htx.free_data internal.htx.nbblks internal.htx.size internal.htx.used
	internal.htx_blk.size last_rule_line lat_ns_avg lat_ns_tot nbproc nbsrv pid prio_class prio_offset proc queue rand
	rdp_cookie_cnt rep_ssl_hello_type req.body_len req.body_size req.bytes_in req.bytes_out req.cook_cnt req.cook_val
	req.fhdr_cnt req.hdr_cnt req.hdr_val req.len req.rdp_cookie_cnt req.ssl_hello_type req.ssl_st_ext req.ssl_ver
	req.timer.hdr req.timer.idle req.timer.queue req.timer.tq req_len req_ssl_hello_type req_ssl_ver request_date
	res.body_len res.body_size res.bytes_in res.bytes_out res.cook_cnt res.cook_val res.fhdr_cnt res.hdr_cnt res.hdr_val
	res.len res.ssl_hello_type res.timer.data res.timer.hdr sc0_bytes_in_rate sc0_bytes_out_rate sc0_clr_gpc0
	sc0_clr_gpc1 sc0_conn_cnt sc0_conn_cur sc0_conn_rate sc0_get_gpc0 sc0_get_gpc1 sc0_get_gpt0 sc0_glitch_cnt
	sc0_glitch_rate sc0_gpc0_rate sc0_gpc1_rate sc0_http_err_cnt sc0_http_err_rate sc0_http_fail_cnt sc0_http_fail_rate
	sc0_http_req_cnt sc0_http_req_rate sc0_inc_gpc0 sc0_inc_gpc1 sc0_kbytes_in sc0_kbytes_out sc0_sess_cnt sc0_sess_rate
	sc0_trackers sc1_bytes_in_rate sc1_bytes_out_rate sc1_clr_gpc sc1_clr_gpc0 sc1_clr_gpc1 sc1_conn_cnt sc1_conn_cur
	sc1_conn_rate sc1_get_gpc0 sc1_get_gpc1 sc1_get_gpt0 sc1_glitch_cnt sc1_glitch_rate sc1_gpc0_rate sc1_gpc1_rate
	sc1_http_err_cnt sc1_http_err_rate sc1_http_fail_cnt sc1_http_fail_rate sc1_http_req_cnt sc1_http_req_rate
	sc1_inc_gpc0 sc1_inc_gpc1 sc1_kbytes_in sc1_kbytes_out sc1_sess_cnt sc1_sess_rate sc1_trackers sc2_bytes_in_rate
	sc2_bytes_out_rate sc2_clr_gpc0 sc2_clr_gpc1 sc2_conn_cnt sc2_conn_cur sc2_conn_rate sc2_get_gpc0 sc2_get_gpc1
	sc2_get_gpt0 sc2_glitch_cnt sc2_glitch_rate sc2_gpc0_rate sc2_gpc1_rate sc2_http_err_cnt sc2_http_err_rate
	sc2_http_fail_cnt sc2_http_fail_rate sc2_http_req_cnt sc2_http_req_rate sc2_inc_gpc0 sc2_inc_gpc1 sc2_kbytes_in
	sc2_kbytes_out sc2_sess_cnt sc2_sess_rate sc2_trackers sc_bytes_in_rate sc_bytes_out_rate sc_clr_gpc sc_clr_gpc0
	sc_clr_gpc1 sc_conn_cnt sc_conn_cur sc_conn_rate sc_get_gpc sc_get_gpc0 sc_get_gpc1 sc_get_gpt sc_get_gpt0
	sc_glitch_cnt sc_glitch_rate sc_gpc0_rate sc_gpc1_rate sc_gpc_rate sc_http_err_cnt sc_http_err_rate sc_http_fail_cnt
	sc_http_fail_rate sc_http_req_cnt sc_http_req_rate sc_inc_gpc sc_inc_gpc0 sc_inc_gpc1 sc_kbytes_in sc_kbytes_out
	sc_sess_cnt sc_sess_rate sc_trackers scook_cnt scook_val server_status shdr_cnt shdr_val so_id src_bytes_in_rate
	src_bytes_out_rate src_clr_gpc src_clr_gpc0 src_clr_gpc1 src_conn_cnt src_conn_cur src_conn_rate src_get_gpc
	src_get_gpc0 src_get_gpc1 src_get_gpt src_get_gpt0 src_glitch_cnt src_glitch_rate src_gpc0_rate src_gpc1_rate
	src_gpc_rate src_http_err_cnt src_http_err_rate src_http_fail_cnt src_http_fail_rate src_http_req_cnt
	src_http_req_rate src_inc_gpc src_inc_gpc0 src_inc_gpc1 src_kbytes_in src_kbytes_out src_port src_sess_cnt
	src_sess_rate src_updt_conn_cnt srv_conn srv_conn_free srv_id srv_iweight srv_queue srv_sess_rate srv_uweight
	srv_weight ssl_bc_alg_keysize ssl_bc_err ssl_bc_use_keysize ssl_c_ca_err ssl_c_ca_err_depth ssl_c_err ssl_c_verify
	ssl_c_version ssl_f_version ssl_fc_alg_keysize ssl_fc_cipherlist_xxh ssl_fc_err ssl_fc_protocol_hello_id
	ssl_fc_use_keysize ssl_s_version status table_avl table_cnt tgroup thread txn.conn_retries txn.id32 txn.status
	txn.timer.total txn.timer.user uptime url32 url_port urlp_val`)
	numberConvs = wordSet(`
	add and cpl crc32 crc32c date div djb2 eth.proto eth.vlan hex2i ip.df ip.proto ip.tos ip.ttl ip.ver jwt_verify
	jwt_verify_cert length map_beg_int map_dir_int map_dom_int map_end_int map_int_int map_ip_int map_reg_int map_str_int
	map_sub_int mod mul nbsrv neg or port_only sdbm srv_queue strcmp sub table_bytes_in_rate table_bytes_out_rate
	table_clr_gpc table_clr_gpc0 table_clr_gpc1 table_conn_cnt table_conn_cur table_conn_rate table_expire
	table_glitch_cnt table_glitch_rate table_gpc table_gpc0 table_gpc0_rate table_gpc1 table_gpc1_rate table_gpc_rate
	table_gpt table_gpt0 table_http_err_cnt table_http_err_rate table_http_fail_cnt table_http_fail_rate
	table_http_req_cnt table_http_req_rate table_idle table_inc_gpc table_inc_gpc0 table_inc_gpc1 table_kbytes_in
	table_kbytes_out table_server_id table_sess_cnt table_sess_rate table_trackers tcp.dst tcp.flags tcp.options.mss
	tcp.options.sack tcp.options.tsopt tcp.options.tsval tcp.options.wscale tcp.options.wsopt tcp.seq tcp.src tcp.win wt6
	xor xxh3 xxh32 xxh64`)
	keepsType = wordSet(`
	debug json_query jwt_header_query jwt_payload_query rfc7239_n2nn rfc7239_n2np set-var unset-var when`)
)
